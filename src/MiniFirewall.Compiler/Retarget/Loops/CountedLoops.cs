using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>
/// A function's loops for kernels without may_goto, where each says how often it turns: it counts down on the stack. The verifier then goes
/// round as often as the loop may, so this is for few turns of little code.
/// </summary>
internal sealed class CountedLoops(CodeCopy copy, Liveness liveness)
{
    /// <summary>
    /// Within a loop the verifier remembers where it was only after so many jumps (kernel/bpf/verifier.c, is_state_visited). Where it does
    /// not remember each turn it tries all ways through several turns together. Jumps to the next instruction are left out of what runs.
    /// </summary>
    private const int JumpsToBeKept = 20;

    private readonly PlaceLabels _places = new(copy.Code);

    /// <param name="loops">Those of the function.</param>
    internal void Write(Function function, int start, int end, CountedLoop[] loops)
    {
        CodeFlow flow = copy.Flow;
        int slot = StackUse.Lowest(flow, start, end);
        copy.Code.BeginFunction(function, copy.Function(start));
        foreach (CountedLoop loop in loops)
        {
            WriteBegin(loop, SlotOf(slot, loops, loop));
        }

        for (int at = start; at < end; at++)
        {
            // Whoever falls into a loop begins to count; its turns jump to behind this.
            foreach (CountedLoop loop in loops.Where(loop => loop.Head == at && at > start && !flow.Code.Instructions[at - 1].EndsFlow))
            {
                WriteBegin(loop, SlotOf(slot, loops, loop));
            }

            copy.Code.Mark(_places.Of(at));
            if (loops.FirstOrDefault(loop => loop.At == at) is { } turning)
            {
                WriteTurn(at, SlotOf(slot, loops, turning));
            }
            else
            {
                copy.Append(at, _places.Of);
            }
        }
    }

    /// <summary>A counter for each: one for all would have what is behind a loop looked at once for each of its turns.</summary>
    private static int SlotOf(int bottom, CountedLoop[] loops, CountedLoop loop) => bottom - (8 * (Array.IndexOf(loops, loop) + 1));

    private void WriteBegin(CountedLoop loop, int slot) => copy.Code.StoreImmediate(MemorySize.DoubleWord, Register.R10, slot, loop.Turns);

    private void WriteTurn(int at, int slot)
    {
        int exhausted = copy.Flow.Target(at);
        RegisterSet used = liveness.Before(at).Or(liveness.Before(exhausted));
        Register counter = RegisterSet.Scratch.Without(used).Registers().First();
        copy.Code.Origin = copy.Flow.Code.Instructions[at].Origin;
        copy.Code.Load(MemorySize.DoubleWord, counter, Register.R10, slot);
        copy.Code.Jump(JumpCondition.Equal, counter, 0, _places.Of(exhausted));
        copy.Code.Alu(AluOperation.Subtract, counter, 1);
        copy.Code.Store(MemorySize.DoubleWord, Register.R10, slot, counter);
        for (int i = 0; i < JumpsToBeKept; i++)
        {
            Label next = copy.Code.DefineLabel();
            copy.Code.Jump(next);
            copy.Code.Mark(next);
        }
    }
}
