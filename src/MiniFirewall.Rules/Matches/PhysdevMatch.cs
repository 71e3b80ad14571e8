using System.Collections.Immutable;
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
/// -m physdev: the ports of a bridge that a packet came in by and leaves by (net/netfilter/xt_physdev.c). For a packet that no
/// bridge has seen only negated options hold.
/// </summary>
/// <param name="IsIn">--physdev-is-in: null where not asked, false where negated; so are the next two.</param>
/// <param name="In">--physdev-in; null where not asked.</param>
public sealed record PhysdevMatch(bool? IsIn, InterfaceSpec? In, bool? IsOut, InterfaceSpec? Out, bool? IsBridged) : Match
{
    public static MatchGrammar Grammar { get; } = new("physdev", new PhysdevMatch(null, null, null, null, null))
    {
        OneOf = ["physdev-in", "physdev-out", "physdev-is-in", "physdev-is-out", "physdev-is-bridged"],
        Options =
        [
            Option<PhysdevMatch>.Value<InterfaceSpec>(["physdev-in"], ReadName, (m, name, not) => m with { In = name with { Negated = not } }, negatable: true),
            Option<PhysdevMatch>.Value<InterfaceSpec>(["physdev-out"], ReadName, (m, name, not) => m with { Out = name with { Negated = not } }, negatable: true),
            Option<PhysdevMatch>.Flag(["physdev-is-in"], (m, not) => m with { IsIn = !not }, negatable: true),
            Option<PhysdevMatch>.Flag(["physdev-is-out"], (m, not) => m with { IsOut = !not }, negatable: true),
            Option<PhysdevMatch>.Flag(["physdev-is-bridged"], (m, not) => m with { IsBridged = !not }, negatable: true),
        ],
    };

    public override string Name => "physdev";

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut && (Out is not null || IsOut is not null) && IsBridged is not true
        ? "the port that a packet of this machine leaves by is not known yet; --physdev-out and --physdev-is-out need --physdev-is-bridged here"
        : null;

    public override void Print(RuleTextWriter writer) => Describe(writer.Word("-m").Word("physdev"));

    public override void List(RuleTextWriter writer, ListStyle style) => Describe(writer.Word("PHYSDEV match"));

    public override MatchResult Evaluate(Packet packet)
    {
        if (packet.Bridge is not { } bridge)
        {
            bool?[] asked = [IsBridged, IsIn, IsOut, Asked(In), Asked(Out)];
            return asked.Contains(true) ? MatchResult.Miss : MatchResult.Match;
        }

        bool hasIn = bridge.In.Length > 0, hasOut = bridge.Out.Length > 0;
        bool matches = (IsBridged is null || IsBridged == hasOut)
            && (IsIn is null || IsIn == hasIn)
            && (IsOut is null || IsOut == hasOut)
            && (In is null || !hasIn || Fits(In, bridge.In))
            && (Out is null || (hasOut && Fits(Out, bridge.Out)));
        return matches ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        LowerFlag(IsBridged, isIn: false);
        LowerFlag(IsIn, isIn: true);
        LowerFlag(IsOut, isIn: false);
        LowerName(In, isIn: true);
        LowerName(Out, isIn: false);

        void LowerFlag(bool? flag, bool isIn)
        {
            if (flag is { } asked)
            {
                steps.Add(new Require(new QuestionTest(new BridgePortExists(isIn), !asked)));
            }
        }

        // A port that is not there fits every name on the way in, and none on the way out, negated or not.
        void LowerName(InterfaceSpec? name, bool isIn)
        {
            if (name is not null)
            {
                (UInt128 value, UInt128 mask) = InterfaceNames.Compared(name);
                steps.Add(new Require(new QuestionTest(new BridgePortIs(isIn, value, mask, CountsMissing: isIn != name.Negated), name.Negated)));
            }
        }
    }

    private static bool? Asked(InterfaceSpec? name) => name is null ? null : !name.Negated;

    private static bool Fits(InterfaceSpec spec, string name) =>
        (spec.IsPrefix ? name.StartsWith(spec.Name, StringComparison.Ordinal) : name == spec.Name) != spec.Negated;

    private void Describe(RuleTextWriter writer)
    {
        DescribeFlag("--physdev-is-in", IsIn);
        DescribeName("--physdev-in", In);
        DescribeFlag("--physdev-is-out", IsOut);
        DescribeName("--physdev-out", Out);
        DescribeFlag("--physdev-is-bridged", IsBridged);

        void DescribeFlag(string option, bool? flag)
        {
            if (flag is { } asked)
            {
                writer.Not(!asked).Word(option);
            }
        }

        void DescribeName(string option, InterfaceSpec? name)
        {
            if (name is not null)
            {
                writer.Not(name.Negated).Word(option).Word(name.IsPrefix ? name.Name + "+" : name.Name);
            }
        }
    }

    private static bool ReadName(Word word, ReadContext context, out InterfaceSpec name)
    {
        bool isRead = InterfaceNames.TryRead(word, context.Diagnostics, out InterfaceSpec? read);
        name = read ?? new InterfaceSpec("", false, false);
        return isRead;
    }
}
