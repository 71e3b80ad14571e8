namespace MiniFirewall.Asm;

/// <summary>One eBPF instruction; a 64-bit immediate load stands as one and encodes as two slots (RFC 9669 §3).</summary>
public readonly record struct Instruction
{
    public const byte LoadImmediate64Opcode = 0x18;

    public byte Opcode { get; init; }

    public Register Destination { get; init; }

    /// <summary>Source register, or the pseudo source of a load or call (BPF_PSEUDO_*).</summary>
    public byte Source { get; init; }

    /// <summary>Memory offset in bytes, or jump distance in slots once labels are resolved.</summary>
    public short Offset { get; init; }

    /// <summary>Immediate; only <see cref="LoadImmediate64Opcode"/> uses more than 32 bits.</summary>
    public long Immediate { get; init; }

    /// <summary>What of the kernel this instruction names, or null.</summary>
    public Reference? Reference { get; init; }

    /// <summary>Index into the spec's origins: the rule this instruction came from; -1 for none.</summary>
    public int Origin { get; init; }

    /// <summary>Slots of eight bytes that the encoded instruction takes: 1 or 2.</summary>
    public int Slots => Opcode == LoadImmediate64Opcode ? 2 : 1;
}
