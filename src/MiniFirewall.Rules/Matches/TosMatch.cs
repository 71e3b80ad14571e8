using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m tos: the traffic class byte under a mask (net/netfilter/xt_dscp.c, tos_mt). A value with bits outside the mask never matches.
/// </summary>
public sealed record TosMatch(byte Value, byte Mask, bool Negated) : Match
{
    /// <summary>What a name looks at: all but the old precedence bits.</summary>
    private const byte NameMask = 0x3f;

    /// <summary>RFC 1349's, as iptables names them (iptables tos_values.c).</summary>
    private static readonly (string Name, byte Value)[] Names =
    [
        ("Minimize-Delay", 0x10), ("Maximize-Throughput", 0x08), ("Maximize-Reliability", 0x04), ("Minimize-Cost", 0x02), ("Normal-Service", 0x00),
    ];

    public static MatchGrammar Grammar { get; } = new("tos", new TosMatch(0, byte.MaxValue, false))
    {
        OneOf = ["tos"],
        Options =
        [
            Option<TosMatch>.Value<(byte Value, byte Mask)>(["tos"], Read, (_, tos, not) => new(tos.Value, tos.Mask, not), negatable: true),
        ],
    };

    public override string Name => "tos";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("tos").Not(Negated).Word("--tos").Word($"0x{Value:x2}/0x{Mask:x2}");

    /// <summary>As upstream shows it: no blank before a number.</summary>
    public override void List(RuleTextWriter writer, ListStyle style)
    {
        string? name = style.IsNumeric || Mask != NameMask ? null : Names.FirstOrDefault(entry => entry.Value == Value).Name;
        writer.Word($"tos match{(Negated ? "!" : "")}{(name is null ? $"0x{Value:x2}/0x{Mask:x2}" : " " + name)}");
    }

    public override MatchResult Evaluate(Packet packet) =>
        (packet.TrafficClass & Mask) == Value != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(TrafficClassLowering.Lower(family, Mask, Value, Negated));

    /// <summary>VALUE, VALUE/MASK, or a name in any case of letters (libxt_tos.c; XTTYPE_TOSMASK).</summary>
    private static bool Read(Word word, ReadContext context, out (byte Value, byte Mask) tos)
    {
        (string? name, byte named) = Names.FirstOrDefault(entry => entry.Name.Equals(word.Text, StringComparison.OrdinalIgnoreCase));
        tos = (named, NameMask);
        if (name is not null)
        {
            return true;
        }

        Word[] parts = [.. word.Split('/')];
        if (parts.Length > 2 || word.Text.Length == 0 || !char.IsAsciiDigit(word.Text[0]))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a TOS",
                Nearest.HintOr(word.Text, Names.Select(entry => entry.Name), "VALUE, VALUE/MASK, or a name such as Minimize-Delay"));
            return false;
        }

        uint mask = byte.MaxValue;
        bool read = NumberReaders.TryRead(parts[0], context, "TOS", 0, byte.MaxValue, out uint value)
            && (parts.Length == 1 || NumberReaders.TryRead(parts[1], context, "mask", 0, byte.MaxValue, out mask));
        tos = ((byte)value, (byte)mask);
        return read;
    }
}
