namespace MiniFirewall.Asm;

/// <summary>An eBPF register. R0: result; R1-R5: arguments, lost over a call; R6-R9: kept; R10: frame pointer, read only (RFC 9669 §2.1).</summary>
public enum Register : byte
{
    R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10,
}
