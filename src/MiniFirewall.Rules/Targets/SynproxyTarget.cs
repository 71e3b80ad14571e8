using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>
/// -j SYNPROXY: answers TCP SYNs with cookies in the server's place (net/ipv4/netfilter/ipt_SYNPROXY.c and its IPv6 twin). It has the last word of a packet that
/// begins a handshake or ends one, which is every one with an ACK alone; one with a cut header is dropped; others go on.
/// </summary>
/// <param name="WindowScale">Announced to clients; null for none.</param>
/// <param name="SegmentSize">Announced to clients, bytes; null for none.</param>
public sealed record SynproxyTarget(bool SackPermitted, bool Timestamps, byte? WindowScale, ushort? SegmentSize, bool Ecn) : KernelTarget
{
    /// <summary>What tells the kinds apart.</summary>
    private const TcpFlags AskedFlags = TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Fin | TcpFlags.Rst;

    private const int TcpHeaderSize = 20;

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

    public override PacketChange? Change => new HandedToTarget(Module, Revision, [.. Information()], Decides: true) { IsOfTcp = true, IsProxy = true };

    public override ImmutableArray<TargetPart> Parts =>
    [
        new([IsCut(true)], null, new Decide(Verdict.Drop)),
        new([IsCut(false), IsOfHandshake(true)], Change, new Decide(Verdict.Accept)),
        new([IsCut(false), IsOfHandshake(false)], null, Continue.Instance),
    ];

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut ? "it stands between clients and a server, in INPUT or FORWARD" : null;

    public override Verdict? DecidesOf(Packet packet)
    {
        ReadOnlySpan<byte> header = packet.TransportBytes;
        if (header.Length < TcpHeaderSize)
        {
            return Verdict.Drop;
        }

        const int FlagsAt = 13;
        return ((TcpFlags)header[FlagsAt] & AskedFlags) is TcpFlags.Syn or TcpFlags.Ack ? Verdict.Accept : null;
    }

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("SYNPROXY"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer.Word("SYNPROXY"), "");

    /// <summary>struct xt_synproxy_info (include/uapi/linux/netfilter/nf_synproxy.h): which are given, the scale, the size in 16 bits.</summary>
    protected override byte[] Information()
    {
        const int Size = 1, Scale = 2, Sack = 4, Time = 8, Congestion = 16;
        byte[] information = new byte[8];
        information[0] = (byte)((SegmentSize is null ? 0 : Size) | (WindowScale is null ? 0 : Scale) | (SackPermitted ? Sack : 0) | (Timestamps ? Time : 0) | (Ecn ? Congestion : 0));
        information[1] = WindowScale ?? 0;
        MemoryMarshal.Cast<byte, ushort>(information.AsSpan())[1] = SegmentSize ?? 0;
        return information;
    }

    private static Require IsCut(bool cut) => new(RangeTest.Between(Field.TransportLength, 0, TcpHeaderSize - 1, negated: !cut));

    private static Require IsOfHandshake(bool holds) => new(new AnyOf([Flags(TcpFlags.Syn), Flags(TcpFlags.Ack)], Negated: !holds));

    private static FieldTest Flags(TcpFlags flags) => new(Field.TcpFlags, (UInt128)(byte)AskedFlags, (UInt128)(byte)flags);

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
