using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j NFLOG: hands the packet to a netlink group, and goes on with the next rule (net/netfilter/xt_NFLOG.c).</summary>
/// <param name="Prefix">Up to 63 bytes that go with the packet; empty where not given.</param>
/// <param name="Group">Of nfnetlink_log.</param>
/// <param name="Length">Bytes of the packet that are handed over; null for all.</param>
/// <param name="IsRange">The length was written as --nflog-range, which the kernel does not look at.</param>
/// <param name="Threshold">Packets that are kept at most until they are handed over together; each is handed over at once. 0 where not given.</param>
public sealed record NflogTarget(string Prefix, uint Group, uint? Length, bool IsRange, uint Threshold) : Target
{
    private const int MostPrefixBytes = 63;
    private const string LengthGroup = "length";

    private static readonly ValueReader<uint> Bytes = NumberReaders.Number("number of bytes", 0, uint.MaxValue);

    public static TargetGrammar Grammar { get; } = new("NFLOG", new NflogTarget("", 0, null, false, 0))
    {
        Options =
        [
            Option<NflogTarget>.Value(["nflog-group"], NumberReaders.Number("netlink group", 0, ushort.MaxValue), (t, group, _) => t with { Group = group }),
            Option<NflogTarget>.Value(["nflog-prefix"], TextReaders.Text("log prefix", 1, MostPrefixBytes), (t, text, _) => t with { Prefix = text }, takesText: true),
            Option<NflogTarget>.Value(["nflog-range"], Bytes, (t, bytes, _) => t with { Length = bytes == 0 ? null : bytes, IsRange = bytes != 0 }, group: LengthGroup),
            Option<NflogTarget>.Value(["nflog-size"], Bytes, (t, bytes, _) => t with { Length = bytes, IsRange = false }, group: LengthGroup),
            Option<NflogTarget>.Value(["nflog-threshold"], NumberReaders.Number("number of packets", 0, ushort.MaxValue), (t, packets, _) => t with { Threshold = packets }),
        ],
    };

    public override string Name => "NFLOG";

    public override bool HandsPackets => true;

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("NFLOG"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer, "");

    public override void LowerEffect(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new HandedPacket((ushort)Group, IsRange ? null : Length, Prefix))));

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    private void Write(RuleTextWriter writer, string dashes)
    {
        if (Prefix.Length > 0)
        {
            writer.Word(dashes + "nflog-prefix").Value(Prefix);
        }

        if (Group > 0)
        {
            writer.Word(dashes + "nflog-group").Word($"{Group}");
        }

        if (Length is { } length)
        {
            writer.Word(dashes + (IsRange ? "nflog-range" : "nflog-size")).Word($"{length}");
        }

        if (Threshold > 0)
        {
            writer.Word(dashes + "nflog-threshold").Word($"{Threshold}");
        }
    }
}
