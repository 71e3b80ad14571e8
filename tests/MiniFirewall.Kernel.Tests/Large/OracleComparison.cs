using MiniFirewall.Analysis;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Oracle;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>
/// The oracle for long lists beside the compiled programs by test run. After each packet the verdict and the counters that the
/// oracle names are compared, after all packets every counter: so no rule can count for another, not even in pairs.
/// </summary>
internal sealed class OracleComparison(LoadOptions options) : IDisposable
{
    private readonly TestRunFirewall _compiled = new(options);
    private readonly HashSet<int> _counted = [];
    private ListOracle? _oracle;
    private Counters[] _expected = [];

    /// <summary>Packets compared so far.</summary>
    internal int Verdicts { get; private set; }

    internal int Dropped { get; private set; }

    /// <summary>Rules and policies of the last rule set that have counted.</summary>
    internal int Counting => _counted.Count;

    internal LoadedPrograms Programs => _compiled.Programs;

    internal void Load(RuleSet rules)
    {
        _compiled.Load(rules);
        _oracle = new ListOracle(rules);
        _expected = new Counters[_compiled.Book.Count];
        _counted.Clear();
    }

    /// <summary>The first difference, in words; null where there is none.</summary>
    internal string? FindDifference(IReadOnlyList<Packet> packets)
    {
        Packet[] possible = [.. packets.Where(_compiled.CanMeet)];
        for (int i = 0; i < possible.Length; i++)
        {
            if (Differs(possible[i]))
            {
                return Pinpoint(possible[..(i + 1)]);
            }
        }

        Counters[] added = _compiled.TakeAdded();
        bool same = added.AsSpan(0, _expected.Length).SequenceEqual(_expected) && added.AsSpan(_expected.Length).IndexOfAnyExcept(default(Counters)) < 0;
        Array.Clear(_expected);
        return same ? null : Pinpoint(possible);
    }

    public void Dispose() => _compiled.Dispose();

    private bool Differs(Packet packet)
    {
        OracleJudgement judged = _oracle!.Judge(packet);
        Verdicts++;
        Dropped += judged.Accepted ? 0 : 1;
        int[] numbers = [.. judged.Counted.Select(key => NumberOf(packet.Family, key))];
        foreach (int number in numbers)
        {
            Counters old = _expected[number];
            _expected[number] = new(old.Packets + 1, old.Bytes + (ulong)packet.Bytes.Length);
            _counted.Add(number);
        }

        // Every second packet takes the slow path.
        bool accepted = _compiled.Run(packet, slowPath: Verdicts % 2 == 0);
        return accepted != judged.Accepted || numbers.Any(number => _compiled.Added(number) != _expected[number]);
    }

    private int NumberOf(Family family, CounterKey key) => _compiled.Book.Of(family, new CounterPlace(key.Chain, key.Number));

    /// <summary>Runs the packets again, each with a look at every counter: what is wrong with one may show only with a later one.</summary>
    private string Pinpoint(Packet[] packets)
    {
        _compiled.TakeAdded();
        foreach (Packet packet in packets)
        {
            OracleJudgement judged = _oracle!.Judge(packet);
            ulong length = (ulong)packet.Bytes.Length;
            var expected = new Observation(judged.Accepted, judged.Counted.GroupBy(key => key).Select(visits => new Hit(
                new CounterPlace(visits.Key.Chain, visits.Key.Number), new Counters((ulong)visits.Count(), (ulong)visits.Count() * length))));
            Observation fast = Once(packet, slowPath: false), slow = Once(packet, slowPath: true);
            if (!fast.Equals(expected) || !slow.Equals(expected))
            {
                return $"{FailingCase.Print(packet)}\nmark {packet.Mark}, in by {packet.InInterface}\nthe list: {expected}\ncompiled: {fast}\nslow path: {slow}";
            }
        }

        return "all packets together differ from the list, and none of them alone";
    }

    private Observation Once(Packet packet, bool slowPath)
    {
        bool accepted = _compiled.Run(packet, slowPath);
        return new Observation(accepted, _compiled.Programs.HitsOf(_compiled.TakeAdded()));
    }
}
