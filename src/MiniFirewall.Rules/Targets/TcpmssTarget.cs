using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j TCPMSS: lowers the segment size that a TCP SYN announces, and goes on with the next rule (net/netfilter/xt_TCPMSS.c).</summary>
/// <param name="Size">Bytes; null for what the path's MTU has room for.</param>
public sealed record TcpmssTarget(ushort? Size) : Target
{
    private const byte Syn = 0x02;

    /// <summary>65535 less an IP header and a TCP header of the shortest.</summary>
    private const uint MostV4 = 65515, MostV6 = 65495;

    public static TargetGrammar Grammar { get; } = new("TCPMSS", new TcpmssTarget((ushort?)null))
    {
        OneOf = ["set-mss", "clamp-mss-to-pmtu"],
        Options =
        [
            Option<TcpmssTarget>.Value<uint>(["set-mss"], ReadSize, (_, size, _) => new((ushort)size)),
            Option<TcpmssTarget>.Flag(["clamp-mss-to-pmtu"], (_, _) => new((ushort?)null)),
        ],
        Check = LooksAtSyn,
    };

    public override string Name => "TCPMSS";

    public override string? RefusalAt(Hook hook) => Size is null && hook == Hook.LocalIn ? "packets for this machine have no path before them" : null;

    public override PacketChange? Change => new SegmentSizeLowered(Size);

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("TCPMSS").Word(Size is null ? "--clamp-mss-to-pmtu" : "--set-mss");
        if (Size is { } size)
        {
            writer.Word($"{size}");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("TCPMSS").Word(Size is { } size ? $"set {size}" : "clamp to PMTU");

    private static bool ReadSize(Word word, ReadContext context, out uint size) =>
        NumberReaders.TryRead(word, context, "segment size", 0, context.Families.Has(Family.IPv6) ? MostV6 : MostV4, out size);

    /// <summary>The kernel asks for -p tcp and a match that wants SYN set, as --syn does.</summary>
    private static bool LooksAtSyn(object state, Word place, ReadContext context)
    {
        bool isTcp = context.Protocol is { Number: ProtocolNames.Tcp, Negated: false };
        bool looks = isTcp && context.Matches.OfType<TcpMatch>().Any(match => !match.NotFlags && (match.FlagMask & match.FlagValue & Syn) != 0);
        if (!looks)
        {
            context.Diagnostics.Report(
                isTcp ? ErrorCodes.MissingOption : ErrorCodes.WrongProtocol, place, isTcp ? "TCPMSS needs --syn" : "target TCPMSS needs -p tcp",
                "only the first packet of a connection has a segment size: write -p tcp --syn in this rule", Convention.InvalidArgument);
        }

        return looks;
    }
}
