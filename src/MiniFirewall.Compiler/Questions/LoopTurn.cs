using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// A turn of a bpf_loop that walks over structs of the kernel's: R6 points to the frame, from its bottom, and R7 to R9 are the
/// turn's own. Numbers of the frame that tell where a walk is stand in single bytes, not at multiples of eight, of which the
/// verifier keeps nothing, so that one turn looks like another.
/// </summary>
internal sealed class LoopTurn(Assembler code)
{
    internal const Register Frame = Register.R6;

    internal Assembler Code => code;

    /// <summary>Goes on with the next turn.</summary>
    internal Label Next { get; } = code.DefineLabel("next turn");

    /// <summary>Ends the loop.</summary>
    internal Label Stop { get; } = code.DefineLabel("stop");

    internal void Begin(string name, Label entry)
    {
        code.BeginFunction(new Function(name, IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), entry);
        code.Move(Frame, Register.R2);
    }

    internal void End()
    {
        code.Mark(Next);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(Stop);
        code.Move(Register.R0, 1);
        code.Exit();
    }

    internal void Load(Register result, int at) => code.Load(MemorySize.DoubleWord, result, Frame, at);

    internal void Store(int at, Register value) => code.Store(MemorySize.DoubleWord, Frame, at, value);

    internal void LoadByte(Register result, int at) => code.Load(MemorySize.Byte, result, Frame, at);

    internal void StoreByte(int at, int value) => code.StoreImmediate(MemorySize.Byte, Frame, at, value);

    /// <summary>R0 = the number in a register as a pointer to a struct. Loses R1 to R5.</summary>
    internal void Cast(Register from, string structName)
    {
        code.Move(Register.R1, from);
        code.LoadKernelType(Register.R2, structName);
        code.CallKernel("bpf_rdonly_cast");
    }

    /// <summary>result = the 64 bits that R1 points to, as a number. Loses R0 to R5.</summary>
    internal void LoadNumberAtR1(Register result)
    {
        code.LoadKernelType(Register.R2, "in6_addr");
        code.CallKernel("bpf_rdonly_cast");
        code.Load(MemorySize.DoubleWord, result, Register.R0, 0);
    }

    /// <summary>result = a member of 64 bits, as a number, of the struct that a register points to. Loses R0 to R5.</summary>
    internal void LoadNumber(Register result, Register from, string structName, string member)
    {
        code.Move(Register.R1, from);
        code.AddOffset(Register.R1, structName, member);
        LoadNumberAtR1(result);
    }
}
