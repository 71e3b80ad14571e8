using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// Adds one packet to a counter of this CPU (<see cref="WellKnownMaps.CountersPerElement"/>). Adds atomically: a process that
/// sends may be interrupted by a softirq that counts on the same CPU. Loses R0 to R5.
/// </summary>
internal static class CounterEmitter
{
    /// <summary>Of a counter that is known.</summary>
    /// <param name="elementSlot">Four bytes of stack for the element's number.</param>
    /// <param name="loadLength">Puts the length of the packet into a register.</param>
    internal static void Emit(Assembler code, int counter, int elementSlot, Action<Register> loadLength)
    {
        Label missing = code.DefineLabel("no counter");
        code.StoreImmediate(MemorySize.Word, Register.R10, elementSlot, counter / WellKnownMaps.CountersPerElement);
        EmitFind(code, elementSlot, missing);
        EmitAdd(code, counter % WellKnownMaps.CountersPerElement * WellKnownMaps.CounterSize, loadLength);
        code.Mark(missing);
    }

    /// <summary>Of the counter in R0, which is then on the stack at <paramref name="indexSlot"/>, four bytes.</summary>
    /// <inheritdoc cref="Emit"/>
    internal static void EmitOfR0(Assembler code, int indexSlot, int elementSlot, Action<Register> loadLength)
    {
        Label missing = code.DefineLabel("no counter");
        code.Store(MemorySize.Word, Register.R10, indexSlot, Register.R0);
        code.Alu(AluOperation.ShiftRight, Register.R0, WellKnownMaps.CountersPerElementShift);
        code.Store(MemorySize.Word, Register.R10, elementSlot, Register.R0);
        EmitFind(code, elementSlot, missing);
        code.Load(MemorySize.Word, Register.R1, Register.R10, indexSlot);
        code.Alu(AluOperation.And, Register.R1, WellKnownMaps.CountersPerElement - 1);
        code.Alu(AluOperation.Multiply, Register.R1, WellKnownMaps.CounterSize);
        code.Alu(AluOperation.Add, Register.R0, Register.R1);
        EmitAdd(code, 0, loadLength);
        code.Mark(missing);
    }

    /// <summary>R0 = this CPU's counters of the element.</summary>
    private static void EmitFind(Assembler code, int elementSlot, Label missing)
    {
        code.LoadMap(Register.R1, WellKnownMaps.Counters);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, elementSlot);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, missing);
    }

    private static void EmitAdd(Assembler code, int offset, Action<Register> loadLength)
    {
        code.Move(Register.R1, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R0, offset, Register.R1);
        loadLength(Register.R1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R0, offset + sizeof(ulong), Register.R1);
    }
}
