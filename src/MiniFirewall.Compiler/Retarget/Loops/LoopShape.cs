using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget.Loops;

/// <summary>
/// Which instructions of a function are its loops. Whatever jumps back to where it came from begins another turn; a turn only goes forward.
/// </summary>
internal sealed class LoopShape
{
    private readonly CodeFlow _flow;
    private readonly HashSet<int> _heads = [], _canTurn = [];
    private readonly Liveness _liveness;
    private readonly RegisterSet _atExit;

    /// <param name="atExit">Registers that may be read behind the loops.</param>
    internal LoopShape(CodeFlow flow, Liveness liveness, int start, int end, RegisterSet atExit)
    {
        _flow = flow;
        _liveness = liveness;
        _atExit = atExit;
        int[] all = [.. Enumerable.Range(start, end - start)];
        _heads = [.. all.Where(IsBack).GroupBy(flow.Target).Where(backs => Reached([backs.Key], _ => false).Overlaps(backs)).Select(backs => backs.Key)];
        FindWhatCanTurn(all);
        Turn = Reached(_heads, IsExit);
        Exits = [.. Turn.SelectMany(Next).Where(IsExit)];
        Exhausted = all.Where(at => flow.Code.Instructions[at].IsMayGoto).Select(flow.Target).Distinct().Single();
        Around = [.. Reached([start], IsHead), .. Reached([.. Exits, Exhausted], IsHead)];
    }

    /// <summary>Where turns begin.</summary>
    internal ImmutableSortedSet<int> Heads => [.. _heads];

    /// <summary>What runs behind a head, up to the next turn or the end.</summary>
    internal ImmutableSortedSet<int> Turn { get; }

    /// <summary>Where the loops end: they lead to no other turn, and nothing but what may outlive the loops is read from here on.</summary>
    internal ImmutableSortedSet<int> Exits { get; }

    /// <summary>Where they end when they have turned too often.</summary>
    internal int Exhausted { get; }

    /// <summary>What runs before the first turn and behind the last.</summary>
    internal ImmutableSortedSet<int> Around { get; }

    internal bool IsHead(int at) => _heads.Contains(at);

    internal bool IsExit(int at) => !_heads.Contains(at) && !_canTurn.Contains(at) && _liveness.Before(at).Without(_atExit) == RegisterSet.Empty;

    private bool IsBack(int at) => _flow.Code.Instructions[at] is { IsJump: true, IsMayGoto: false } && _flow.Target(at) <= at;

    private IEnumerable<int> Next(int at) => _flow.Code.Instructions[at].IsMayGoto ? [at + 1] : _flow.Successors(at);

    private void FindWhatCanTurn(int[] all)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (int at in all.Reverse())
            {
                changed |= Next(at).Any(next => _heads.Contains(next) || _canTurn.Contains(next)) && _canTurn.Add(at);
            }
        }
    }

    /// <summary>All that control comes to from some places before it comes to one that ends the way.</summary>
    private ImmutableSortedSet<int> Reached(IEnumerable<int> from, Predicate<int> ends)
    {
        var reached = new HashSet<int>(from);
        var open = new Stack<int>(reached);
        while (open.TryPop(out int at))
        {
            foreach (int next in Next(at).Where(next => !ends(next) && reached.Add(next)))
            {
                open.Push(next);
            }
        }

        return [.. reached];
    }
}
