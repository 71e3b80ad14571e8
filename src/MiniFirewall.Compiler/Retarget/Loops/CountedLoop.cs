using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>A loop of a function that says how often it turns.</summary>
/// <param name="At">The index of its may_goto.</param>
/// <param name="Head">The index that its turns come back to: of the may_goto, or of what is before it and every turn runs.</param>
/// <param name="Last">The last index that leads back.</param>
/// <param name="Turns">How often it turns at most, each time that control falls into it.</param>
internal sealed record CountedLoop(int At, int Head, int Last, int Turns)
{
    /// <summary>The loops of the instructions from start to end, which all say how often they turn.</summary>
    internal static CountedLoop[] In(CodeFlow flow, int start, int end)
    {
        int[] backs = [.. Enumerable.Range(start, end - start).Where(at => flow.Code.Instructions[at] is { IsJump: true, IsMayGoto: false } && flow.Target(at) <= at)];
        return [.. Enumerable.Range(start, end - start).Where(at => flow.Code.Instructions[at].IsMayGoto).Select(at => Of(flow, at, backs))];
    }

    /// <summary>Its turns in all, where others go round it: such that are left for their next turn from behind its head.</summary>
    internal long TurnsWithin(IEnumerable<CountedLoop> loops) =>
        loops.Where(other => other != this && other.Head <= Head && other.Last >= At).Aggregate((long)Turns, (turns, other) => turns * other.Turns);

    private static CountedLoop Of(CodeFlow flow, int at, int[] backs)
    {
        int head = backs.Select(flow.Target).Where(target => target <= at).DefaultIfEmpty(at).Max();
        return new(at, head, backs.Where(back => flow.Target(back) == head).DefaultIfEmpty(at).Max(), (int)flow.Code.Instructions[at].Immediate);
    }
}
