using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// Stack below what a function has used so far: eight bytes for what a read gives, and eight for each register that has to outlive a call
/// that the function did not have before.
/// </summary>
internal sealed class SpillFrame(CodeFlow flow)
{
    private readonly int[] _bottoms = StackUse.LowestBefore(flow);

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

    private short Slot(int at, int number) => (short)((_bottoms[at] & ~7) - (8 * (number + 1)));
}
