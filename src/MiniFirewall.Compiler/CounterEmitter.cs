using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>Adds one packet to a counter of this CPU.</summary>
internal static class CounterEmitter
{
    /// <summary>
    /// Adds atomically: a process that sends may be interrupted by a softirq that counts on the same CPU. The index stands
    /// at <paramref name="indexSlot"/> on the stack; <paramref name="loadLength"/> puts the length of the packet into a register. Loses R0 to R5.
    /// </summary>
    internal static void Emit(Assembler code, int indexSlot, Action<Register> loadLength)
    {
        Label missing = code.DefineLabel("no counter");
        code.LoadMap(Register.R1, WellKnownMaps.Counters);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, indexSlot);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, missing);
        code.Move(Register.R1, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R0, 0, Register.R1);
        loadLength(Register.R1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R0, 8, Register.R1);
        code.Mark(missing);
    }
}
