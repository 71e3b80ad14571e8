using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Names;

/// <summary>
/// The live host names of a rule set, numbered from 0 in the order in which rules name them first, a source before a destination. Programs
/// know them by these numbers.
/// </summary>
public sealed class LiveNames
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<HostName> _hosts = [];

    private LiveNames()
    {
    }

    public static LiveNames None { get; } = new();

    /// <summary>Each name once, at its number, with the addresses that it is known by.</summary>
    public IReadOnlyList<HostName> Hosts => _hosts;

    public static LiveNames Of(RuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        LiveNames? names = null;
        foreach (Chain chain in rules.Chains)
        {
            foreach (Rule rule in chain.Rules)
            {
                Add(rule.Source, ref names);
                Add(rule.Destination, ref names);
            }
        }

        return names ?? None;
    }

    /// <summary>The rule set with other addresses for its live names; names that nothing is said of have none.</summary>
    public static RuleSet WithAddresses(RuleSet rules, Func<string, NameAddresses?> addresses)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(addresses);
        return rules with { Chains = [.. rules.Chains.Select(chain => chain.Rules.Any(HasLive) ? chain with { Rules = [.. chain.Rules.Select(With)] } : chain)] };

        Rule With(Rule rule) => HasLive(rule) ? rule with { Source = Known(rule.Source), Destination = Known(rule.Destination) } : rule;

        AddressSpec? Known(AddressSpec? spec) => spec is HostName { IsLive: true } name
            ? addresses(name.Name) is { } known ? name with { V4 = known.V4, V6 = known.V6 } : name with { V4 = [], V6 = [] }
            : spec;
    }

    /// <summary>
    /// Whether the rule matches nothing as long as the name has no address: one that lets pass what is not to, or from, the name
    /// would let everything pass.
    /// </summary>
    public static bool WaitsForAddress(Rule rule, HostName name)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(name);
        return name.Negated && rule.Target is VerdictTarget { Verdict: Verdict.Accept } or ReturnTarget;
    }

    /// <summary>What the packet key has for an address: the marks of the names that it belongs to.</summary>
    public ulong MarksOf(Family family, UInt128 address) => _hosts
        .Where(host => (family == Family.IPv4 ? host.V4 : host.V6).Contains(address))
        .Aggregate(0UL, (marks, host) => marks | MarkOf(host));

    /// <summary>Whether marks say all, so that nobody has to be asked.</summary>
    internal bool AreMarksAll => HostMarks.AreAlone(_hosts.Count);

    /// <summary>The name's mark among those of the rule set.</summary>
    internal ulong MarkOf(HostName name) => HostMarks.Of(_numbers[name.Name], AreMarksAll);

    /// <summary>The question whether a packet's address is one of the name's.</summary>
    internal AddressOfHost Ask(HostName name, HostSide side) => new(name.Name, _numbers[name.Name], Words(_hosts.Count), side)
    {
        Contents = new(name.V4, name.V6),
    };

    /// <summary>Words of 64 bits that have a bit for each of so many names.</summary>
    private static int Words(int names) => Math.Max(1, (names + 63) / 64);

    private static bool HasLive(Rule rule) => rule.Source is HostName { IsLive: true } || rule.Destination is HostName { IsLive: true };

    private static void Add(AddressSpec? spec, ref LiveNames? names)
    {
        if (spec is HostName { IsLive: true } host && (names ??= new())._numbers.TryAdd(host.Name, names._hosts.Count))
        {
            names._hosts.Add(host);
        }
    }
}
