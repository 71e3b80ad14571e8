using MiniFirewall.Analysis;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;
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
        foreach (Packet packet in packets.Where(_compiled.CanMeet))
        {
            OracleJudgement judged = _oracle!.Judge(packet);
            bool accepted = Run(packet, judged);
            if (accepted != judged.Accepted || judged.Counted.Any(key => CounterDiffers(packet.Family, key)))
            {
                return Print(packet, judged, accepted);
            }
        }

        return FindStrayCounter(packets);
    }

    public void Dispose() => _compiled.Dispose();

    private bool Run(Packet packet, OracleJudgement judged)
    {
        Verdicts++;
        Dropped += judged.Accepted ? 0 : 1;
        foreach (CounterKey key in judged.Counted)
        {
            int number = NumberOf(packet.Family, key);
            Counters old = _expected[number];
            _expected[number] = new(old.Packets + 1, old.Bytes + (ulong)packet.Bytes.Length);
            _counted.Add(number);
        }

        // Every second packet takes the slow path.
        return _compiled.Run(packet, slowPath: Verdicts % 2 == 0);
    }

    private int NumberOf(Family family, CounterKey key) => _compiled.Book.Of(family, new CounterPlace(key.Chain, key.Number));

    private bool CounterDiffers(Family family, CounterKey key)
    {
        int number = NumberOf(family, key);
        return _compiled.Added(number) != _expected[number];
    }

    private string? FindStrayCounter(IReadOnlyList<Packet> packets)
    {
        Counters[] added = _compiled.TakeAdded();
        int stray = Enumerable.Range(0, added.Length).FirstOrDefault(i => added[i] != (i < _expected.Length ? _expected[i] : default), -1);
        Array.Clear(_expected);
        if (stray < 0)
        {
            return null;
        }

        foreach (Packet packet in packets.Where(_compiled.CanMeet))
        {
            OracleJudgement judged = _oracle!.Judge(packet);
            if (_compiled.Run(packet, slowPath: false) is var accepted && _compiled.TakeAdded()[stray] != default
                && !judged.Counted.Any(key => NumberOf(packet.Family, key) == stray))
            {
                return Print(packet, judged, accepted);
            }
        }

        return $"counter {stray} of {(stray < _compiled.Book.Count ? _compiled.Book.Owner(stray).ToString() : "no rule")} counts what no packet alone does";
    }

    private string Print(Packet packet, OracleJudgement judged, bool accepted)
    {
        _compiled.TakeAdded();
        _compiled.Run(packet, slowPath: false);
        IEnumerable<Hit> hits = _compiled.Programs.HitsOf(_compiled.TakeAdded());
        return $"""
            {FailingCase.Print(packet)}
            {PacketDescription.Print(packet)} mark {packet.Mark} on {packet.InInterface}
            the list: {(judged.Accepted ? "accepted" : "dropped")} [{string.Join(", ", judged.Counted)}]
            compiled: {(accepted ? "accepted" : "dropped")} [{string.Join(", ", hits.Select(hit => $"{hit.Place} +{hit.Added.Packets}:{hit.Added.Bytes}"))}]
            """;
    }
}
