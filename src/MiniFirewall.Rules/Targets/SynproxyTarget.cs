using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j SYNPROXY: answers TCP SYNs with cookies in the server's place (net/ipv4/netfilter/ipt_SYNPROXY.c and its IPv6 twin).</summary>
/// <param name="WindowScale">Announced to clients; null for none.</param>
/// <param name="SegmentSize">Announced to clients, bytes; null for none.</param>
public sealed record SynproxyTarget(bool SackPermitted, bool Timestamps, byte? WindowScale, ushort? SegmentSize, bool Ecn) : LackingTarget
{
    public static TargetGrammar Grammar { get; } = new("SYNPROXY", new SynproxyTarget(false, false, null, null, false))
    {
        Options =
        [
            Option<SynproxyTarget>.Flag(["sack-perm"], (t, _) => t with { SackPermitted = true }),
            Option<SynproxyTarget>.Flag(["timestamp"], (t, _) => t with { Timestamps = true }),
            Option<SynproxyTarget>.Value(["wscale"], NumberReaders.Number("window scale", 0, byte.MaxValue), (t, scale, _) => t with { WindowScale = (byte)scale }),
            Option<SynproxyTarget>.Value(["mss"], NumberReaders.Number("segment size", 0, ushort.MaxValue), (t, size, _) => t with { SegmentSize = (ushort)size }),
            Option<SynproxyTarget>.Flag(["ecn"], (t, _) => t with { Ecn = true }),
        ],
        Check = IsTcp,
    };

    public override string Name => "SYNPROXY";

    public override string Lack => "needs handshakes answered in a server's place, which miniFirewall does not do yet";

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut ? "it stands between clients and a server, in INPUT or FORWARD" : null;

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("SYNPROXY"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer.Word("SYNPROXY"), "");

    private void Write(RuleTextWriter writer, string dashes)
    {
        Write(writer, dashes + "sack-perm", SackPermitted);
        Write(writer, dashes + "timestamp", Timestamps);
        Write(writer, dashes + "wscale", WindowScale);
        Write(writer, dashes + "mss", SegmentSize);
        Write(writer, dashes + "ecn", Ecn);
    }

    private static void Write(RuleTextWriter writer, string word, bool given)
    {
        if (given)
        {
            writer.Word(word);
        }
    }

    private static void Write(RuleTextWriter writer, string word, int? number)
    {
        if (number is not null)
        {
            writer.Word(word).Word($"{number}");
        }
    }

    private static bool IsTcp(object state, Word place, ReadContext context)
    {
        bool isTcp = context.Protocol is { Number: ProtocolNames.Tcp, Negated: false };
        if (!isTcp)
        {
            context.Diagnostics.Report(ErrorCodes.WrongProtocol, place, "target SYNPROXY needs -p tcp", "write -p tcp in this rule");
        }

        return isTcp;
    }
}
