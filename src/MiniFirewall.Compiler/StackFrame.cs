using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>A helper function's stack frame, addressed from its bottom, so that a bpf_loop callback can share it.</summary>
internal static class StackFrame
{
    internal static void Zero(Assembler code, int bytes, int at) =>
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, at - bytes, 0);

    /// <summary>
    /// As <see cref="Zero"/>, of a number that turns of a loop change and decide by: the verifier takes it for any number. Before Linux 6.7 it goes through one turn only, with
    /// what the frame has then, and leaves out the code that this turn does not come to. Loses R1 and R2.
    /// </summary>
    /// <param name="unknown">Eight bytes of the frame of which the verifier does not know what they are.</param>
    internal static void ZeroUnseen(Assembler code, int bytes, int at, int unknown)
    {
        Load(code, MemorySize.DoubleWord, Register.R1, bytes, unknown);
        Load(code, MemorySize.DoubleWord, Register.R2, bytes, unknown);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        Store(code, MemorySize.DoubleWord, bytes, at, Register.R1);
    }

    internal static void Store(Assembler code, MemorySize size, int bytes, int at, Register value) =>
        code.Store(size, Register.R10, at - bytes, value);

    internal static void Load(Assembler code, MemorySize size, Register result, int bytes, int at) =>
        code.Load(size, result, Register.R10, at - bytes);

    internal static void Address(Assembler code, Register result, int bytes, int at)
    {
        code.Move(result, Register.R10);
        code.Alu(AluOperation.Add, result, at - bytes);
    }

    /// <summary>Calls back at most <paramref name="turns"/> times, with the turn in R1 and the frame's bottom in R2.</summary>
    internal static void EmitLoop(Assembler code, int bytes, int turns, Label callback)
    {
        code.Move(Register.R1, turns);
        EmitLoopOfR1(code, bytes, callback);
    }

    /// <summary>As the other, with the number of turns in R1 already.</summary>
    internal static void EmitLoopOfR1(Assembler code, int bytes, Label callback)
    {
        code.LoadFunction(Register.R2, callback);
        Address(code, Register.R3, bytes, 0);
        code.Move(Register.R4, 0);
        code.Call(Helper.Loop);
    }
}
