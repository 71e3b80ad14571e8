using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// Stack for what a function did not have before: eight bytes for what a read gives, and eight for each register that has to outlive a call.
/// They lie below what the function has used so far; the first in the half of a dynptr that is not needed here, where there is one. Main has
/// none: what it keeps for its search lies over its dynptr.
/// </summary>
internal sealed class SpillFrame
{
    private const int DynptrHalf = 8;

    private readonly int[] _bottoms;
    private readonly int?[] _halves;

    internal SpillFrame(CodeFlow flow)
    {
        _bottoms = StackUse.LowestBefore(flow);
        _halves = HalvesOf(flow);
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

    private short Slot(int at, int number) => (short)(_halves[at] is not { } half ? Below(at, number + 1) : number == 0 ? half : Below(at, number));

    private int Below(int at, int slots) => (_bottoms[at] & ~7) - (8 * slots);

    /// <summary>For each instruction, where the upper half of its function's dynptr is (<see cref="ProbeReads"/>).</summary>
    private static int?[] HalvesOf(CodeFlow flow)
    {
        var halves = new int?[flow.Code.Instructions.Length];
        for (int i = 1; i < flow.Functions.Length; i++)
        {
            int start = flow.Functions[i].Start, end = flow.EndOf(i);
            int address = Enumerable.Range(start, end - start).Where(at => Pointers.IsOpening(flow.Code.Instructions[at])).Select(at => AddressBefore(flow, at)).FirstOrDefault();
            halves.AsSpan(start, end - start).Fill(address < 0 ? address + DynptrHalf : null);
        }

        return halves;
    }

    /// <summary>The offset of the dynptr that a call opens, which is made an address right before it; 0 where it is not.</summary>
    private static int AddressBefore(CodeFlow flow, int call) =>
        flow.Code.Instructions[call - 1].Destination == Register.R3 ? StackUse.Lowest(flow, call - 1) : 0;
}
