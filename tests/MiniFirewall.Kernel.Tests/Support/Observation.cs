using System.Globalization;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>A rule by chain and number from 1 in one family's view; number 0 is the chain's policy.</summary>
internal readonly record struct CounterPlace(string Chain, int Rule)
{
    public override string ToString() => Rule == 0 ? Chain + " policy" : Chain + " " + Rule.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What one packet added to a counter.</summary>
internal readonly record struct Hit(CounterPlace Place, Counters Added);

/// <summary>All that is seen of one packet: whether it went on, and what it added to which counter.</summary>
internal sealed class Observation : IEquatable<Observation>
{
    private readonly Hit[] _hits;

    internal Observation(bool passed, IEnumerable<Hit> hits)
    {
        Passed = passed;
        _hits = [.. hits.OrderBy(hit => hit.Place.Chain, StringComparer.Ordinal).ThenBy(hit => hit.Place.Rule)];
    }

    internal bool Passed { get; }

    internal IReadOnlyList<Hit> Hits => _hits;

    public bool Equals(Observation? other) => other is not null && Passed == other.Passed && _hits.AsSpan().SequenceEqual(other._hits);

    public override bool Equals(object? obj) => Equals(obj as Observation);

    public override int GetHashCode() => HashCode.Combine(Passed, _hits.Length);

    public override string ToString() => (Passed ? "accepted" : "dropped") + " ["
        + string.Join(", ", _hits.Select(hit => $"{hit.Place} +{hit.Added.Packets}:{hit.Added.Bytes}")) + "]";
}
