using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>Some of a function's instructions, written in their order; what they lead to outside has places of its own.</summary>
internal sealed class CopiedPart(CodeCopy copy)
{
    private readonly PlaceLabels _inside = new(copy.Code), _outside = new(copy.Code);

    /// <summary>The places outside that something leads to.</summary>
    internal IEnumerable<KeyValuePair<int, Label>> Outside => _outside;

    internal Label Inside(int at) => _inside.Of(at);

    /// <param name="leaves">Whether the way from one instruction to another leads outside.</param>
    /// <param name="write">Writes an instruction, whose jumps go where it is told.</param>
    internal void Write(ImmutableSortedSet<int> instructions, Func<int, int, bool> leaves, Action<int, Func<int, Label>> write)
    {
        foreach (int at in instructions)
        {
            copy.Code.Mark(Inside(at));
            write(at, target => leaves(at, target) ? _outside.Of(target) : Inside(target));
            if (copy.Flow.Code.Instructions[at].EndsFlow)
            {
                continue;
            }

            if (leaves(at, at + 1))
            {
                copy.Code.Jump(_outside.Of(at + 1));
            }
            else if (!instructions.Contains(at + 1))
            {
                throw new InvalidOperationException($"instruction {at} falls out of its part");
            }
        }
    }
}
