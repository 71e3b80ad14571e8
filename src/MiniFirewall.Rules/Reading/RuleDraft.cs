using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>A finished rule and the word that names its target, for messages about the chain it jumps to.</summary>
internal readonly record struct PlacedRule(Rule Rule, Word TargetPlace);

/// <summary>A rule as far as a line has said it: what every rule can ask of the network header.</summary>
internal sealed class RuleDraft(ReadSession session, FamilyNarrowing families)
{
    private const int MostRules = 65536;
    private static readonly ProtocolSpec?[] SharedProtocols = new ProtocolSpec?[256];
    private readonly DiagnosticBag _diagnostics = session.Diagnostics;
    private readonly AddressReader _addresses = new(session);
    private static readonly List<AddressItem> Unsaid = [];
    private List<AddressItem> _sources = Unsaid;
    private List<AddressItem> _destinations = Unsaid;

    internal FamilyNarrowing Families { get; } = families;

    internal ProtocolSpec? Protocol { get; private set; }

    internal InterfaceSpec? InInterface { get; private set; }

    internal InterfaceSpec? OutInterface { get; private set; }

    internal bool? Fragment { get; private set; }

    internal Counters? Counters { get; set; }

    internal void ReadProtocol(Word word, bool negated)
    {
        if (!TryReadProtocol(word.Text, out byte number))
        {
            _diagnostics.Report(
                ErrorCodes.UnknownProtocol, word, $"{Show.Word(word.Text)} is not a protocol",
                word.Text.Contains(',', StringComparison.Ordinal)
                    ? "write one rule a protocol"
                    : Nearest.HintOr(word.Text, session.Options.Names.Protocols, "a name such as tcp, a number from 0 to 255, or all"));
            return;
        }

        if (number == 0 && negated)
        {
            _diagnostics.Report(ErrorCodes.NeverMatches, word, "no packet is of no protocol", "leave the protocol out", Convention.Usage("rule would never match protocol"));
            return;
        }

        Protocol = number == 0 ? null : Shared(number, negated);
        if (Protocol is not null && !Families.IsChosen)
        {
            Families.Narrow(RuleFamilies.Of(Protocol), word);
        }
    }

    internal void ReadSources(Word word, bool negated) => _sources = ReadAddresses(word, negated);

    internal void ReadDestinations(Word word, bool negated) => _destinations = ReadAddresses(word, negated);

    internal void ReadInInterface(Word word, bool negated) => InInterface = ReadInterface(word, negated);

    internal void ReadOutInterface(Word word, bool negated) => OutInterface = ReadInterface(word, negated);

    internal void SetFragment(Word word, bool negated)
    {
        Fragment = !negated;
        Families.Narrow(FamilySet.IPv4, word, Convention.Usage("`-f' is not supported in IPv6, use -m frag instead"));
    }

    /// <summary>One rule for each pair of a source and a destination that have a family in common (iptables' own order).</summary>
    internal List<PlacedRule> Build(List<Match> matches, Target target, Word targetPlace, SourceSpan span)
    {
        AddressItem nothing = new(null, FamilySet.Both, default);
        ImmutableArray<Match> all = [.. matches];
        List<PlacedRule> rules = new(1);
        for (int i = 0; i < Math.Max(1, _sources.Count); i++)
        {
            AddressItem source = _sources.Count == 0 ? nothing : _sources[i];
            for (int j = 0; j < Math.Max(1, _destinations.Count); j++)
            {
                AddressItem destination = _destinations.Count == 0 ? nothing : _destinations[j];
                FamilySet both = Families.Families & source.Families & destination.Families;
                if (both != FamilySet.None)
                {
                    rules.Add(new PlacedRule(Make(both, source.Spec, destination.Spec, all, target, span), targetPlace));
                }
            }
        }

        return rules;
    }

    private Rule Make(
        FamilySet both, AddressSpec? source, AddressSpec? destination, ImmutableArray<Match> matches, Target target, SourceSpan span)
    {
        var rule = new Rule
        {
            Families = both,
            Protocol = Protocol,
            Source = source,
            Destination = destination,
            InInterface = InInterface,
            OutInterface = OutInterface,
            Fragment = Fragment,
            Matches = matches,
            Target = target,
            Counters = Counters,
            Span = span,
        };
        return rule.Settled();
    }

    /// <summary>Checks what the lists of addresses say together, once all of the rule has been read; false where they make no rule (reported).</summary>
    internal bool CheckAddresses()
    {
        bool isList = _sources.Count > 1 || _destinations.Count > 1;
        if (!isList)
        {
            return CheckFamilies(_sources, _destinations) && CheckFamilies(_destinations, _sources);
        }

        AddressItem negated = _sources.Concat(_destinations).FirstOrDefault(item => item.Spec is { Negated: true });
        if (negated.Spec is not null)
        {
            _diagnostics.Report(
                ErrorCodes.NegatedList, negated.Place, "'!' cannot stand with a list of addresses",
                "write one rule an address, or a chain that returns for each of them");
            return false;
        }

        if ((long)Math.Max(1, _sources.Count) * Math.Max(1, _destinations.Count) > MostRules)
        {
            _diagnostics.Report(
                ErrorCodes.TooManyRules, _sources.Concat(_destinations).First().Place, $"the lists of addresses make more than {MostRules} rules",
                "write two chains, one for the sources and one for the destinations");
            return false;
        }

        return CheckFamilies(_sources, _destinations) && CheckFamilies(_destinations, _sources);
    }

    /// <summary>Every address must be of a family that the rule and some address of the other side have too.</summary>
    private bool CheckFamilies(List<AddressItem> items, List<AddressItem> others)
    {
        if (items.Count <= 1 && others.Count <= 1)
        {
            return items.Count == 0 || Families.Narrow(items[0].Families, items[0].Place, NotFound(items[0].Place));
        }

        FamilySet sides = others.Aggregate(others.Count == 0 ? FamilySet.Both : FamilySet.None, (sum, item) => sum | item.Families);
        return items.TrueForAll(item => Fits(item, sides));
    }

    private bool Fits(AddressItem item, FamilySet sides)
    {
        if ((item.Families & sides) == FamilySet.None)
        {
            _diagnostics.Report(
                ErrorCodes.FamilyConflict, item.Place,
                $"{Show.Word(item.Place.Text)} is for {FamilyNarrowing.Print(item.Families)}, and no address of the other side is",
                "write a rule of its own for it");
            return false;
        }

        return Families.Fork().Narrow(item.Families, item.Place, NotFound(item.Place));
    }

    /// <summary>What iptables says of an address of the other family.</summary>
    private static Convention NotFound(Word place) => Convention.Usage($"host/network `{place.Text}' not found");

    private static ProtocolSpec Shared(byte number, bool negated) =>
        negated ? new ProtocolSpec(number, true) : SharedProtocols[number] ??= new ProtocolSpec(number, false);

    private List<AddressItem> ReadAddresses(Word word, bool negated)
    {
        List<AddressItem> items = _addresses.ReadList(word, negated);
        return session.IsCommandLine ? [.. items.SelectMany(OneAnAddress)] : items;
    }

    /// <summary>As iptables: a host name on a command line means the addresses that it has now, each a rule of its own.</summary>
    private IEnumerable<AddressItem> OneAnAddress(AddressItem item)
    {
        FamilySet families = session.Options.Families;
        return item.Spec is not HostName name || (name.Families & families) == FamilySet.None
            ? [item]
            : Addresses(name, Family.IPv4, families).Concat(Addresses(name, Family.IPv6, families)).Select(address => new AddressItem(address, address.Families, item.Place));
    }

    private static IEnumerable<MaskedAddress> Addresses(HostName name, Family family, FamilySet families) => families.Has(family)
        ? (family == Family.IPv4 ? name.V4 : name.V6).Select(address => new MaskedAddress(family, address, AddressNotation.PrefixMask(family, family == Family.IPv4 ? 32 : 128), name.Negated))
        : [];

    private bool TryReadProtocol(string text, out byte number)
    {
        number = 0;
        if (NumberText.TryParse(text, out ulong value))
        {
            number = (byte)value;
            return value <= byte.MaxValue;
        }

        return session.Options.Names.TryGetProtocol(text, out number);
    }

    /// <summary>A lone '+' fits every interface and asks nothing; negated, it never matches and is kept.</summary>
    private InterfaceSpec? ReadInterface(Word word, bool negated)
    {
        bool isRead = InterfaceNames.TryRead(word, _diagnostics, out InterfaceSpec? name);
        return !isRead || (word.Text == "+" && !negated) ? null : name! with { Negated = negated };
    }
}
