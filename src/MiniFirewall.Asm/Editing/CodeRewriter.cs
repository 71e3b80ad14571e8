using System.Collections.Immutable;

namespace MiniFirewall.Asm.Editing;

/// <summary>Puts other instructions in the place of some of a program's; what jumped to one jumps to the first of what replaces it.</summary>
public static class CodeRewriter
{
    /// <param name="replacement">
    /// What stands for the instruction at an index: none, itself, or several. A jump is to stay one instruction; jumps among the new ones
    /// have their distance in slots already.
    /// </param>
    /// <param name="function">What stands for a function's description.</param>
    /// <exception cref="OverflowException">A jump's distance is beyond 16 bits.</exception>
    public static AssembledCode Rewrite(CodeFlow flow, Func<int, IReadOnlyList<Instruction>> replacement, Func<Function, Function> function)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(replacement);
        ArgumentNullException.ThrowIfNull(function);
        int count = flow.Code.Instructions.Length;
        var written = ImmutableArray.CreateBuilder<Instruction>(count);
        var slots = new int[count + 1];
        var own = new int[count];
        for (int i = 0, slot = 0; i < count; i++)
        {
            IReadOnlyList<Instruction> parts = replacement(i);
            own[i] = flow.Target(i) >= 0 ? written.Count : -1;
            written.AddRange(parts);
            slot += parts.Sum(part => part.Slots);
            slots[i + 1] = slot;
        }

        for (int i = 0; i < count; i++)
        {
            if (own[i] >= 0)
            {
                written[own[i]] = Aimed(written[own[i]], slots[flow.Target(i)] - slots[i] - 1);
            }
        }

        return new(written.ToImmutable(), [.. flow.Functions.Select(f => new PlacedFunction(function(f.Function), slots[f.Start]))]);
    }

    private static Instruction Aimed(Instruction instruction, int distance) => instruction.IsFunctionCall || instruction.IsFunctionAddress
        ? instruction with { Immediate = distance }
        : instruction with { Offset = checked((short)distance) };
}
