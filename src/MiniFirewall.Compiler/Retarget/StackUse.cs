using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>How far below the frame pointer code goes.</summary>
internal static class StackUse
{
    /// <summary>
    /// The lowest offset that an instruction uses: its own, or a number added to a copy of the pointer; 0 for none. An index that was added to
    /// the pointer counts from zero on.
    /// </summary>
    internal static int Lowest(CodeFlow flow, int at)
    {
        Instruction instruction = flow.Code.Instructions[at];
        if (!instruction.IsLoad && !instruction.IsStoreOfNumber && !instruction.IsStoreOfRegister)
        {
            return LowestAddress(flow, at);
        }

        Register address = instruction.IsLoad ? (Register)instruction.Source : instruction.Destination;
        return address == Register.R10 || IsFrameCopy(flow, at - 1, address) ? instruction.Offset : 0;
    }

    /// <summary>The lowest of a range of instructions, a multiple of eight.</summary>
    internal static int Lowest(CodeFlow flow, int start, int end) => Enumerable.Range(start, end - start).Select(at => Lowest(flow, at)).DefaultIfEmpty().Min() & ~7;

    /// <summary>
    /// For each instruction the lowest offset that one before it on some way has used, or whose address the function takes anywhere: what
    /// lies below holds nothing yet, and is no part of what a call is handed. Calls are not handed what an index leads to.
    /// </summary>
    internal static int[] LowestBefore(CodeFlow flow)
    {
        var lowest = new int[flow.Code.Instructions.Length];
        var seen = new bool[lowest.Length];
        var open = new Stack<int>();
        for (int i = 0; i < flow.Functions.Length; i++)
        {
            int start = flow.Functions[i].Start, end = flow.EndOf(i);
            lowest[start] = Enumerable.Range(start, end - start).Where(at => at > 0 && flow.Code.Instructions[at - 1].IsMove).Select(at => LowestAddress(flow, at)).DefaultIfEmpty().Min();
            seen[start] = true;
            open.Push(start);
        }

        while (open.TryPop(out int at))
        {
            int after = Math.Min(lowest[at], Lowest(flow, at));
            foreach (int next in flow.Successors(at).Where(next => !seen[next] || after < lowest[next]))
            {
                seen[next] = true;
                lowest[next] = Math.Min(lowest[next], after);
                open.Push(next);
            }
        }

        return lowest;
    }

    private static int LowestAddress(CodeFlow flow, int at) =>
        flow.Code.Instructions[at] is { IsAddImmediate: true } add && IsFrameCopy(flow, at - 1, add.Destination) ? (int)add.Immediate : 0;

    private static bool IsFrameCopy(CodeFlow flow, int at, Register register) => at >= 0
        && flow.Code.Instructions[at] is { Source: (byte)Register.R10 } copy && (copy.IsMove || copy.IsAddOfRegister) && copy.Destination == register;
}
