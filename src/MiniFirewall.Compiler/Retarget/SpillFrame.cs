using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// Stack below what a function uses itself: eight bytes for what a read gives, and eight for each register that has to outlive a call
/// that the function did not have before.
/// </summary>
internal sealed class SpillFrame
{
    private readonly int[] _bottoms;
    private readonly CodeFlow _flow;

    internal SpillFrame(CodeFlow flow)
    {
        _flow = flow;
        _bottoms = new int[flow.Functions.Length];
        for (int i = 0, function = 0; i < flow.Code.Instructions.Length; i++)
        {
            function = function + 1 < _bottoms.Length && flow.Functions[function + 1].Start <= i ? function + 1 : function;
            _bottoms[function] = Math.Min(_bottoms[function], LowestOf(flow.Code.Instructions, i));
        }
    }

    /// <summary>Where a read's result goes.</summary>
    internal short Result(int at) => Slot(at, 0);

    /// <summary>Saves registers, runs the code between, and gets them back.</summary>
    internal List<Instruction> Around(int at, RegisterSet kept, IEnumerable<Instruction> between)
    {
        var code = new List<Instruction>();
        int number = 1;
        foreach (Register register in kept.Registers())
        {
            code.Add(Code.Store(MemorySize.DoubleWord, Register.R10, Slot(at, number++), register));
        }

        code.AddRange(between);
        number = 1;
        foreach (Register register in kept.Registers())
        {
            code.Add(Code.Load(MemorySize.DoubleWord, register, Register.R10, Slot(at, number++)));
        }

        return code;
    }

    private short Slot(int at, int number) => (short)((_bottoms[_flow.FunctionOf(at)] & ~7) - (8 * (number + 1)));

    /// <summary>How far below the frame pointer an instruction goes: by its own offset, or by a number added to a copy of the pointer.</summary>
    private static int LowestOf(System.Collections.Immutable.ImmutableArray<Instruction> instructions, int at)
    {
        Instruction instruction = instructions[at];
        Register address = instruction.IsLoad ? (Register)instruction.Source : instruction.Destination;
        if ((instruction.Opcode & 7) is 1 or 2 or 3 && address == Register.R10)
        {
            return instruction.Offset;
        }

        bool isAddress = at > 0 && instruction.IsAddImmediate && instructions[at - 1] is { IsMove: true, Source: (byte)Register.R10 } copy && copy.Destination == instruction.Destination;
        return isAddress ? (int)instruction.Immediate : 0;
    }
}
