using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// Sixteen bytes of a packet's linear part, read through an inlined cast (bpf_rdonly_cast, kernel 6.2). The struct it casts
/// to is in6_addr: an array of bytes, of which the verifier allows parts of any width. Faults read as zero.
/// </summary>
internal static class HeaderWindow
{
    internal const Register Register = Frame.Window;

    /// <summary>Opens the window at skb->data + offset. Loses R0 to R5.</summary>
    internal static void Cast(Assembler code, int offset)
    {
        code.LoadMember(MemorySize.DoubleWord, Asm.Register.R1, Frame.Skb, "sk_buff", "data");
        if (offset != 0)
        {
            code.Alu(AluOperation.Add, Asm.Register.R1, offset);
        }

        CastR1(code);
    }

    /// <summary>Opens the window at skb->data + the number in the register. Loses R0 to R5.</summary>
    internal static void Cast(Assembler code, Register offset)
    {
        code.LoadMember(MemorySize.DoubleWord, Asm.Register.R1, Frame.Skb, "sk_buff", "data");
        code.Alu(AluOperation.Add, Asm.Register.R1, offset);
        CastR1(code);
    }

    /// <summary>Eight bytes at an offset in the window, the first one most significant.</summary>
    internal static void LoadWord(Assembler code, Register result, int offset)
    {
        code.Load(MemorySize.DoubleWord, result, Register, offset);
        code.ToBigEndian(result, 64);
    }

    private static void CastR1(Assembler code)
    {
        code.LoadKernelType(Asm.Register.R2, "in6_addr");
        code.CallKernel("bpf_rdonly_cast");
        code.Move(Register, Asm.Register.R0);
    }
}
