using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Which blocks become functions. The kernel allows eight call frames; main and a question with its callback take
/// three, so blocks down to four calls below the entry are functions of their own, verified once each, and deeper ones are
/// copied to where they are called from. A short entry block stands inside main: a return costs several nanoseconds on
/// processors that guard it. A long block is cut into parts that are called one after the other, for the
/// verifier keeps one branch pending for each statement of a function.
/// </summary>
internal sealed class BlockPlan
{
    private const int DeepestFunctionLevel = 4;
    private const int StatementsPerPart = 1024;
    private const int LongestEntryInMain = 64;

    private readonly PacketProgram _program;
    private readonly int[] _levels;

    private BlockPlan(PacketProgram program, int[] levels)
    {
        _program = program;
        _levels = levels;
    }

    /// <summary>Blocks that are functions, callees after callers.</summary>
    internal IEnumerable<int> Functions => Enumerable.Range(0, _levels.Length)
        .Where(IsFunction)
        .OrderBy(b => _levels[b]);

    internal static BlockPlan Of(PacketProgram program)
    {
        var levels = new int[program.Blocks.Length];
        Array.Fill(levels, -1);
        foreach (int block in CallersFirst(program))
        {
            levels[block] = Math.Max(levels[block], 0);
            foreach (int callee in Callees(program.Blocks[block]))
            {
                levels[callee] = Math.Max(levels[callee], levels[block] + 1);
            }
        }

        return new(program, levels);
    }

    /// <summary>Calls that can wait for one another's ends at the same time; a goto waits for nothing.</summary>
    internal static int CallDepthOf(PacketProgram program) => CallDepths(program).Max();

    /// <summary>A block that is called at the greatest depth.</summary>
    internal static int DeepestOf(PacketProgram program)
    {
        int[] depths = CallDepths(program);
        return Array.IndexOf(depths, depths.Max());
    }

    private static int[] CallDepths(PacketProgram program)
    {
        var depths = new int[program.Blocks.Length];
        foreach (int block in CallersFirst(program))
        {
            foreach (Statement statement in program.Blocks[block].Statements)
            {
                (int callee, int cost) = statement.Outcome switch { Call call => (call.Block, 1), TailTo tail => (tail.Block, 0), _ => (-1, 0) };
                if (callee >= 0)
                {
                    depths[callee] = Math.Max(depths[callee], depths[block] + cost);
                }
            }
        }

        return depths;
    }

    internal bool IsFunction(int block) => _levels[block] is >= 0 and <= DeepestFunctionLevel && !IsInMain(block);

    internal IEnumerable<ImmutableArray<Statement>> Parts(int block)
    {
        ImmutableArray<Statement> statements = _program.Blocks[block].Statements;
        for (int at = 0; at == 0 || at < statements.Length; at += StatementsPerPart)
        {
            yield return statements[at..Math.Min(at + StatementsPerPart, statements.Length)];
        }
    }

    /// <summary>The entry is called by nobody else where nothing is at a level above it.</summary>
    private bool IsInMain(int block) =>
        block == _program.Entry && _levels[block] == 0 && _program.Blocks[block].Statements.Length <= LongestEntryInMain;

    private static IEnumerable<int> Callees(Block block)
    {
        foreach (Statement statement in block.Statements)
        {
            if (statement.Outcome is Call call)
            {
                yield return call.Block;
            }
            else if (statement.Outcome is TailTo tail)
            {
                yield return tail.Block;
            }
        }
    }

    /// <summary>Depth-first, without recursion: the depth of a call graph is the user's choice.</summary>
    private static Stack<int> CallersFirst(PacketProgram program)
    {
        var order = new Stack<int>();
        var seen = new bool[program.Blocks.Length];
        var open = new Stack<(int Block, IEnumerator<int> Next)>();
        seen[program.Entry] = true;
        open.Push((program.Entry, Callees(program.Blocks[program.Entry]).GetEnumerator()));
        while (open.TryPeek(out (int Block, IEnumerator<int> Next) top))
        {
            if (!top.Next.MoveNext())
            {
                order.Push(open.Pop().Block);
            }
            else if (!seen[top.Next.Current])
            {
                seen[top.Next.Current] = true;
                open.Push((top.Next.Current, Callees(program.Blocks[top.Next.Current]).GetEnumerator()));
            }
        }

        return order;
    }
}
