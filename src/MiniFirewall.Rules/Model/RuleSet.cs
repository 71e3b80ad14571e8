using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Rules.Model;

/// <summary>
/// A whole filter table of both families in one list: the built-in chains INPUT, FORWARD, OUTPUT first, then user chains
/// in the order of their making. What iptables shows is the list's IPv4 view (rules that have IPv4), ip6tables' the IPv6 view.
/// </summary>
public sealed record RuleSet(ImmutableArray<Chain> Chains)
{
    /// <summary>The sets that rules name, each at the place that its number says.</summary>
    public ImmutableArray<NamedSet> Sets { get; init; } = [];

    /// <summary>What the text sets of connection tracking, in the settings' own order; all else stays as it is.</summary>
    public ImmutableArray<ConnectionSettingValue> ConnectionSettings { get; init; } = [];

    /// <summary>
    /// Of rules in force: the rate estimators that are there, also those that only comparisons keep alive. No part of what the rules
    /// mean.
    /// </summary>
    public ImmutableDictionary<string, EstimatorSettings> Estimators { get; init; } = ImmutableDictionary<string, EstimatorSettings>.Empty;

    /// <summary>Some rule asks what a packet is to its connection.</summary>
    public bool AsksConnection => Chains.Any(chain => chain.Rules.Any(rule => rule.Target.AsksConnection || rule.Matches.Any(match => match.AsksConnection)));

    /// <summary>Some rule tells the sender of what it drops.</summary>
    public bool Answers => Chains.Any(chain => chain.Rules.Any(rule => rule.Target.Answers));

    /// <summary>Some rule hands packets to the readers of a netlink group.</summary>
    public bool HandsPackets => Chains.Any(chain => chain.Rules.Any(rule => rule.Target.HandsPackets));

    /// <summary>Some rule asks a match of the kernel's own, or a target of its for a mark.</summary>
    public bool AsksKernel => Chains.Any(chain => chain.Rules.Any(Asks));

    /// <summary>Rules that change packets, hand them to targets of the kernel's, or ask matches of its own.</summary>
    public int NeedingChains => Chains.Sum(chain => chain.Rules.Count(rule => rule.Target.Change is not null || rule.Matches.Any(match => match.HandsTo is not null) || Asks(rule)));

    /// <summary>Some rule of the family changes packets' marks.</summary>
    public bool ChangesMarksOf(Family family) =>
        Chains.Any(chain => chain.Rules.Any(rule => rule.Target.Change is { ChangesMark: true } && rule.Families.Has(family)));

    /// <summary>How rules change packets that match, and what they hand them to, in their order.</summary>
    public IEnumerable<PacketChange> Changes => ChangesWhere(_ => true);

    /// <summary>How the rules of a family change packets that match, in their order.</summary>
    public IEnumerable<PacketChange> ChangesOf(Family family) => ChangesWhere(rule => rule.Families.Has(family));

    public bool Equals(RuleSet? other) => other is not null && Chains.SequenceEqual(other.Chains) && Sets.SequenceEqual(other.Sets)
        && ConnectionSettings.SequenceEqual(other.ConnectionSettings);

    public override int GetHashCode() => Chains.Length;

    public static RuleSet Empty { get; } = new(
    [
        Chain.BuiltIn("INPUT", Hook.LocalIn),
        Chain.BuiltIn("FORWARD", Hook.Forward),
        Chain.BuiltIn("OUTPUT", Hook.LocalOut),
    ]);

    /// <summary>
    /// The rules as they are to go on counting: iptables-save always writes counters of policies, but those of rules only
    /// with -c; where no rule has any, the policies' are a memory of another day and not to be set.
    /// </summary>
    public RuleSet WithoutStrayPolicyCounters() => Chains.Any(c => c.Rules.Any(r => r.Counters is not null))
        ? this
        : this with
        {
            Chains = [.. Chains.Select(c => c with
            {
                PolicyV4 = c.PolicyV4 with { Counters = null },
                PolicyV6 = c.PolicyV6 with { Counters = null },
            })],
        };

    /// <summary>Makes all sets tables of their own, for kernels that have no images.</summary>
    public void MakeSetsTables()
    {
        foreach (NamedSet set in SetsOfMatches.Concat(Sets))
        {
            set.MakeTable();
        }
    }

    /// <summary>Tells sets that some rule puts elements into, or takes them out of.</summary>
    public void MarkChangedSets()
    {
        HashSet<string>? changed = null;
        foreach (SetReference reference in ChangedByRules)
        {
            reference.Set.MakeDynamic();
            (changed ??= []).Add(reference.Set.Name);
        }

        if (changed is null)
        {
            return;
        }

        foreach (NamedSet set in SetsOfMatches.Concat(Sets).Where(set => changed.Contains(set.Name)))
        {
            set.MakeDynamic();
        }
    }

    /// <summary>The matches of a kind, of all rules in their order.</summary>
    public IEnumerable<T> MatchesOf<T>()
        where T : Match
    {
        foreach (Chain chain in Chains)
        {
            foreach (Rule rule in chain.Rules)
            {
                foreach (Match match in rule.Matches)
                {
                    if (match is T found)
                    {
                        yield return found;
                    }
                }
            }
        }
    }

    /// <summary>The targets of a kind, or of those that have something in common, of all rules in their order.</summary>
    public IEnumerable<T> TargetsOf<T>()
    {
        foreach (Chain chain in Chains)
        {
            foreach (Rule rule in chain.Rules)
            {
                if (rule.Target is T found)
                {
                    yield return found;
                }
            }
        }
    }

    private static bool Asks(Rule rule)
    {
        foreach (Match match in rule.Matches)
        {
            if ((rule.Families.Has(Family.IPv4) && match.AsksKernel(Family.IPv4) is not null) || (rule.Families.Has(Family.IPv6) && match.AsksKernel(Family.IPv6) is not null))
            {
                return true;
            }
        }

        return rule.Target.Change is PacketMarkComputed;
    }

    private IEnumerable<PacketChange> ChangesWhere(Func<Rule, bool> holds)
    {
        foreach (Chain chain in Chains)
        {
            foreach (Rule rule in chain.Rules)
            {
                if (!holds(rule))
                {
                    continue;
                }

                foreach (Match match in rule.Matches)
                {
                    if (match.HandsTo is { } handed)
                    {
                        yield return handed;
                    }
                }

                if (rule.Target.Change is { } change)
                {
                    yield return change;
                }
            }
        }
    }

    private IEnumerable<SetReference> ChangedByRules => TargetsOf<SetTarget>().SelectMany(target => target.Changed);

    /// <summary>Of the rules; one that was read by itself has the set as it was found then.</summary>
    private IEnumerable<NamedSet> SetsOfMatches => MatchesOf<SetMatch>().Select(match => match.Reference.Set);

    /// <summary>The chain of that name, or null.</summary>
    public Chain? Find(string name) => Chains.FirstOrDefault(c => c.Name == name);
}

/// <summary>Packets and bytes (skb->len, from the network header on).</summary>
public readonly record struct Counters(ulong Packets, ulong Bytes);

/// <summary>A built-in chain's policy for one family, with the counters the text gave ([p:b]), if any.</summary>
public readonly record struct ChainPolicy(Verdict Verdict, Counters? Counters = null);

/// <summary>
/// A named list of rules; a built-in chain has a hook and a policy, a user chain neither. Chains are equal where they mean the
/// same: the place in the text and counters do not count.
/// </summary>
public sealed record Chain(string Name, Hook? Hook, FamilySet Families, ImmutableArray<Rule> Rules)
{
    public ChainPolicy PolicyV4 { get; init; } = new(Verdict.Accept);

    public ChainPolicy PolicyV6 { get; init; } = new(Verdict.Accept);

    public SourceSpan Span { get; init; } = SourceSpan.None;

    public bool IsBuiltIn => Hook is not null;

    public ChainPolicy PolicyOf(Family family) => family == Family.IPv4 ? PolicyV4 : PolicyV6;

    public static Chain BuiltIn(string name, Hook hook) => new(name, hook, FamilySet.Both, []);

    public bool Equals(Chain? other) => other is not null && Name == other.Name && Hook == other.Hook
        && Families == other.Families && PolicyV4.Verdict == other.PolicyV4.Verdict && PolicyV6.Verdict == other.PolicyV6.Verdict
        && Rules.SequenceEqual(other.Rules);

    public override int GetHashCode() => HashCode.Combine(Name, Hook, Families, Rules.Length);
}

/// <summary>
/// One rule: what every rule can ask of the network header, matches in the order written, and a target. Rules are equal where
/// they mean the same: the place in the text and counters do not count.
/// </summary>
public sealed record Rule
{
    /// <summary>Families the rule holds for, after what it names has been taken into account.</summary>
    public FamilySet Families { get; init; } = FamilySet.Both;

    public ProtocolSpec? Protocol { get; init; }

    public AddressSpec? Source { get; init; }

    public AddressSpec? Destination { get; init; }

    public InterfaceSpec? InInterface { get; init; }

    public InterfaceSpec? OutInterface { get; init; }

    /// <summary>-f: null not asked, true only fragments other than the first, false (! -f) only the rest. IPv4 only.</summary>
    public bool? Fragment { get; init; }

    /// <summary>Matches in the order written; the order decides which missing byte drops a packet.</summary>
    public ImmutableArray<Match> Matches { get; init; } = [];

    public Target Target { get; init; } = NoTarget.Instance;

    /// <summary>Counters the text gave ([p:b] or -c), or null.</summary>
    public Counters? Counters { get; init; }

    public SourceSpan Span { get; init; } = SourceSpan.None;

    /// <summary>
    /// Canonical text without "-A CHAIN ", as iptables-save prints it, except that a host name stays a name.
    /// The same text parses back to an equal rule, given the same families and names.
    /// </summary>
    public override string ToString() => Language.RulePrinter.Print(this);

    public bool Equals(Rule? other) => other is not null && Families == other.Families && SameContent(other);

    public override int GetHashCode() => HashCode.Combine(Families, Protocol, Source, Destination, Matches.Length, Target);

    /// <summary>The rule for these families only, which it must have.</summary>
    public Rule For(FamilySet families) => families == Families ? this : (this with { Families = families }).Settled();

    /// <summary>The rule with its matches and target as they stand for its families.</summary>
    public Rule Settled()
    {
        if (Families is FamilySet.Both or FamilySet.None)
        {
            return this;
        }

        Target target = Target.Settled(Families);
        ImmutableArray<Match> matches = Matches;
        for (int i = 0; i < matches.Length; i++)
        {
            Match match = matches[i].Settled(Families);
            matches = ReferenceEquals(match, matches[i]) ? matches : matches.SetItem(i, match);
        }

        return ReferenceEquals(target, Target) && matches == Matches ? this : this with { Target = target, Matches = matches };
    }

    /// <summary>A hash of what <see cref="SameContent"/> compares.</summary>
    internal int ContentHash()
    {
        var hash = default(HashCode);
        hash.Add(Protocol);
        hash.Add(Source);
        hash.Add(Destination);
        hash.Add(InInterface);
        hash.Add(OutInterface);
        hash.Add(Fragment);
        hash.Add(Target);
        foreach (Match match in Matches)
        {
            hash.Add(match);
        }

        return hash.ToHashCode();
    }

    /// <summary>Equal but for the families.</summary>
    internal bool SameContent(Rule other) => Protocol == other.Protocol && Source == other.Source
        && Destination == other.Destination && InInterface == other.InInterface && OutInterface == other.OutInterface
        && Fragment == other.Fragment && Target == other.Target && Matches.SequenceEqual(other.Matches);
}

/// <summary>-p. Number 0 stands for all and is never stored (a rule for all protocols has no ProtocolSpec).</summary>
public sealed record ProtocolSpec(byte Number, bool Negated);

/// <summary>-i or -o. Name without the trailing '+'; <see cref="IsPrefix"/> where it had one.</summary>
public sealed record InterfaceSpec(string Name, bool IsPrefix, bool Negated);

/// <summary>-s or -d.</summary>
public abstract record AddressSpec(bool Negated)
{
    public abstract FamilySet Families { get; }
}

/// <summary>Address and mask of one family, host order; the mask need not be contiguous. Address is already masked.</summary>
public sealed record MaskedAddress(Family Family, UInt128 Address, UInt128 Mask, bool Negated) : AddressSpec(Negated)
{
    public override FamilySet Families => Family.ToSet();
}

/// <summary>A host name and the addresses it had when the text was read; one rule, whatever their number.</summary>
public sealed record HostName(string Name, ImmutableArray<UInt128> V4, ImmutableArray<UInt128> V6, bool Negated) : AddressSpec(Negated)
{
    /// <summary>
    /// Its addresses change while the rule is in force: what stands here is what was known of them last, and is no part of what the rule
    /// asks. Maybe a pattern such as *.example.com.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>It has an address of some family. A live name has one from the first answer on.</summary>
    public bool IsKnown => !V4.IsEmpty || !V6.IsEmpty;

    public override FamilySet Families => IsLive
        ? FamilySet.Both
        : (V4.IsEmpty ? FamilySet.None : FamilySet.IPv4) | (V6.IsEmpty ? FamilySet.None : FamilySet.IPv6);

    public bool Equals(HostName? other) => other is not null && Name == other.Name && Negated == other.Negated && IsLive == other.IsLive
        && (IsLive || (V4.SequenceEqual(other.V4) && V6.SequenceEqual(other.V6)));

    public override int GetHashCode() => IsLive ? HashCode.Combine(Name, Negated) : HashCode.Combine(Name, Negated, V4.Length, V6.Length);
}
