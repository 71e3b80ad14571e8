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

/// <summary>-m dscp: the upper six bits of the traffic class byte (net/netfilter/xt_dscp.c, dscp_mt).</summary>
/// <param name="Value">0 to 63.</param>
public sealed record DscpMatch(byte Value, bool Negated) : Match
{
    private const byte Mask = 0xfc;
    private const int Shift = 2;

    /// <summary>The classes of RFC 2474, 2597 and 3246.</summary>
    private static readonly (string Name, byte Value)[] Classes =
    [
        ("CS0", 0x00), ("CS1", 0x08), ("CS2", 0x10), ("CS3", 0x18), ("CS4", 0x20), ("CS5", 0x28), ("CS6", 0x30), ("CS7", 0x38),
        ("BE", 0x00), ("AF11", 0x0a), ("AF12", 0x0c), ("AF13", 0x0e), ("AF21", 0x12), ("AF22", 0x14), ("AF23", 0x16),
        ("AF31", 0x1a), ("AF32", 0x1c), ("AF33", 0x1e), ("AF41", 0x22), ("AF42", 0x24), ("AF43", 0x26), ("EF", 0x2e),
    ];

    public static MatchGrammar Grammar { get; } = new("dscp", new DscpMatch(0, false))
    {
        OneOf = ["dscp", "dscp-class"],
        Options =
        [
            Option<DscpMatch>.Value<uint>(["dscp"], NumberReaders.Number("DSCP", 0, 63), (_, value, not) => new((byte)value, not), negatable: true, group: "value"),
            Option<DscpMatch>.Value<byte>(["dscp-class"], ReadClass, (_, value, not) => new(value, not), negatable: true, group: "value"),
        ],
    };

    public override string Name => "dscp";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("dscp").Not(Negated).Word("--dscp").Word($"0x{Value:x2}");

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("DSCP match").Word($"{(Negated ? "!" : "")}0x{Value:x2}");

    public override MatchResult Evaluate(Packet packet) =>
        packet.TrafficClass >> Shift == Value != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(TrafficClassLowering.Lower(family, Mask, (byte)(Value << Shift), Negated));

    private static bool ReadClass(Word word, ReadContext context, out byte value)
    {
        (string? name, value) = Classes.FirstOrDefault(entry => entry.Name.Equals(word.Text, StringComparison.OrdinalIgnoreCase));
        if (name is null)
        {
            context.Diagnostics.Report(
                ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is not a class of DSCP",
                Nearest.HintOr(word.Text, Classes.Select(entry => entry.Name), "BE, EF, CS0 to CS7, or AF11 to AF43"));
        }

        return name is not null;
    }
}
