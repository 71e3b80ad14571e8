using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m addrtype: what the addresses are to this machine's routing (net/netfilter/xt_addrtype.c). IPv4 only where IPv6 does not have
/// the types; of IPv6 what only a look-up of routes can tell the kernel's own module is asked.
/// </summary>
/// <param name="Source">--src-type; null where not asked.</param>
/// <param name="Destination">--dst-type; null where not asked.</param>
/// <param name="Scope">--limit-iface-in or --limit-iface-out.</param>
public sealed record AddrtypeMatch(TypeSet? Source, TypeSet? Destination, AddressScope Scope) : Match
{
    private const byte InformationRevision = 1;

    public static MatchGrammar Grammar { get; } = new("addrtype", new AddrtypeMatch(null, null, AddressScope.Anywhere))
    {
        OneOf = ["src-type", "dst-type"],
        Options =
        [
            Option<AddrtypeMatch>.Value<TypeSet>(["src-type"], TypeSet.Read, (m, types, not) => m with { Source = types with { Negated = not } }, negatable: true),
            Option<AddrtypeMatch>.Value<TypeSet>(["dst-type"], TypeSet.Read, (m, types, not) => m with { Destination = types with { Negated = not } }, negatable: true),
            Option<AddrtypeMatch>.Flag(["limit-iface-in"], (m, _) => m with { Scope = AddressScope.ThroughIn }, group: "limit"),
            Option<AddrtypeMatch>.Flag(["limit-iface-out"], (m, _) => m with { Scope = AddressScope.ThroughOut }, group: "limit"),
        ],
    };

    public override string Name => "addrtype";

    public override FamilySet Families => Asked.All(IsForBoth) ? FamilySet.Both : FamilySet.IPv4;

    public override KernelMatchHolds? AsksKernel(Family family) =>
        family == Family.IPv6 && Asked.Any(NeedsRoute) ? new(Name, InformationRevision, [.. Information()], 0) : null;

    public override string? RefusalAt(Hook hook) => (hook, Scope) switch
    {
        (Hook.LocalOut, AddressScope.ThroughIn) => "packets that leave this machine came in by no interface, so that --limit-iface-in has none",
        (Hook.LocalIn, AddressScope.ThroughOut) => "packets for this machine leave by no interface, so that --limit-iface-out has none",
        _ => null,
    };

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("addrtype");
        PrintTypes("--src-type", Source);
        PrintTypes("--dst-type", Destination);
        _ = Scope switch
        {
            AddressScope.ThroughIn => writer.Word("--limit-iface-in"),
            AddressScope.ThroughOut => writer.Word("--limit-iface-out"),
            _ => writer,
        };

        void PrintTypes(string option, TypeSet? types)
        {
            if (types is not null)
            {
                writer.Not(types.Negated).Word(option).Word(types.ToString());
            }
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("ADDRTYPE match");
        ListTypes("src-type", Source);
        ListTypes("dst-type", Destination);
        _ = Scope switch
        {
            AddressScope.ThroughIn => writer.Word("limit-in"),
            AddressScope.ThroughOut => writer.Word("limit-out"),
            _ => writer,
        };

        void ListTypes(string name, TypeSet? types)
        {
            if (types is not null)
            {
                writer.Word(name).Word((types.Negated ? "!" : "") + types);
            }
        }
    }

    /// <summary>Of a packet that is only described, nobody knows what needs a look-up: as if it did not hold.</summary>
    public override MatchResult Evaluate(Packet packet) =>
        AsksKernel(packet.Family) is null && IsMet(Source, isSource: true, packet) && IsMet(Destination, isSource: false, packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (AsksKernel(family) is { } question)
        {
            KernelMatch.LowerQuestion(question, wantsOthers: false, steps);
            return;
        }

        LowerTypes(Source, isSource: true);
        LowerTypes(Destination, isSource: false);

        void LowerTypes(TypeSet? types, bool isSource)
        {
            if (types is not null)
            {
                steps.Add(new Require(family == Family.IPv4
                    ? new QuestionTest(new AddressTypeIn(isSource, Scope, types.Bits), types.Negated)
                    : IPv6AddressTypes.Test(types, isSource)));
            }
        }
    }

    private IEnumerable<TypeSet> Asked => new[] { Source, Destination }.OfType<TypeSet>();

    /// <summary>The kernel refuses IPv6 the types that it does not have.</summary>
    private static bool IsForBoth(TypeSet types) => (types.Bits & ~IPv6AddressTypes.Known) == 0;

    private bool NeedsRoute(TypeSet types) =>
        types.Has(AddressType.Anycast) || types.Has(AddressType.Unreachable) || (Scope != AddressScope.Anywhere && types.Has(AddressType.Local));

    /// <summary>struct xt_addrtype_info_v1: the types of both ends, 16 bits each; flags.</summary>
    private byte[] Information()
    {
        const int InvertSource = 1, InvertDestination = 2, LimitIn = 4, LimitOut = 8;
        byte[] information = new byte[8];
        Span<ushort> types = MemoryMarshal.Cast<byte, ushort>(information.AsSpan());
        types[0] = (ushort)(Source?.Bits ?? 0);
        types[1] = (ushort)(Destination?.Bits ?? 0);
        types[2] = (ushort)((Source is { Negated: true } ? InvertSource : 0) | (Destination is { Negated: true } ? InvertDestination : 0) | Scope switch
        {
            AddressScope.ThroughIn => LimitIn,
            AddressScope.ThroughOut => LimitOut,
            _ => 0,
        });
        return information;
    }

    private bool IsMet(TypeSet? types, bool isSource, Packet packet) =>
        types is null || new AddressTypeIn(isSource, Scope, types.Bits).Ask(packet) != types.Negated;
}
