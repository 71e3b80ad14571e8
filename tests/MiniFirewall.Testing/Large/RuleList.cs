using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>A rule set under construction, with the pieces of text that its rules are made of. The same seed gives the same pieces.</summary>
internal sealed class RuleList(int seed)
{
    internal const string Entry = "INPUT";
    private readonly List<GeneratedRule> _rules = [];
    private readonly List<string> _chains = [];

    internal Random Random { get; } = new(seed);

    internal int Count => _rules.Count;

    /// <summary>The set, with policies that differ.</summary>
    internal GeneratedRules Done() => new([("INPUT", false), ("FORWARD", true), ("OUTPUT", false)], [.. _chains], [.. _rules]);

    /// <summary>Declares a user chain and returns its name.</summary>
    internal string Chain(string name)
    {
        _chains.Add(name);
        return name;
    }

    internal void Add(string body, string chain = Entry, FamilySet families = FamilySet.IPv4) => _rules.Add(new(chain, families, body));

    internal int Next(int below) => Random.Next(below);

    internal bool OneIn(int n) => Random.Next(n) == 0;

    internal string Pick(params ReadOnlySpan<string> texts) => texts[Random.Next(texts.Length)];

    internal string Verdict() => Pick("-j ACCEPT", "-j DROP");

    /// <summary>Empty, or the negation one time in n.</summary>
    internal string NotOneIn(int n) => OneIn(n) ? "! " : "";

    internal string Address(Family family) => AddressText.Format(family, Number(family));

    internal string Network(Family family, int length) => $"{AddressText.Format(family, Cut(family, Number(family), length))}/{length}";

    internal UInt128 Number(Family family) => family == Family.IPv4
        ? (uint)Random.NextInt64(1L << 32)
        : ((UInt128)0x2001_0db8 << 96) | ((UInt128)(uint)Random.NextInt64(1L << 32) << 64) | (ulong)Random.NextInt64();

    internal int Port() => Random.Next(65536);

    internal string Ports()
    {
        int a = Port(), b = Port();
        return a == b ? $"{a}" : $"{Math.Min(a, b)}:{Math.Max(a, b)}";
    }

    internal static UInt128 Cut(Family family, UInt128 address, int length)
    {
        int bits = family == Family.IPv4 ? 32 : 128;
        UInt128 all = family == Family.IPv4 ? uint.MaxValue : UInt128.MaxValue;
        return length == 0 ? 0 : address & all & (all << (bits - length));
    }
}
