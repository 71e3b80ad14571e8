using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>How far below the frame pointer code goes.</summary>
internal static class StackUse
{
    /// <summary>The lowest offset that an instruction uses: its own, or a number added to a copy of the pointer; 0 for none.</summary>
    internal static int Lowest(CodeFlow flow, int at)
    {
        Instruction instruction = flow.Code.Instructions[at];
        Register address = instruction.IsLoad ? (Register)instruction.Source : instruction.Destination;
        if ((instruction.Opcode & 7) is 1 or 2 or 3 && address == Register.R10)
        {
            return instruction.Offset;
        }

        bool isAddress = at > 0 && instruction.IsAddImmediate
            && flow.Code.Instructions[at - 1] is { IsMove: true, Source: (byte)Register.R10 } copy && copy.Destination == instruction.Destination;
        return isAddress ? (int)instruction.Immediate : 0;
    }

    /// <summary>The lowest of a range of instructions, a multiple of eight.</summary>
    internal static int Lowest(CodeFlow flow, int start, int end) => Enumerable.Range(start, end - start).Select(at => Lowest(flow, at)).DefaultIfEmpty().Min() & ~7;

    /// <summary>For each instruction the lowest offset that one before it on some way has used: what lies below holds nothing yet.</summary>
    internal static int[] LowestBefore(CodeFlow flow)
    {
        var lowest = new int[flow.Code.Instructions.Length];
        var seen = new bool[lowest.Length];
        var open = new Stack<int>();
        foreach ((_, int start) in flow.Functions)
        {
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
}
