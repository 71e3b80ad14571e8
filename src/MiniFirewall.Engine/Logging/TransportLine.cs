using MiniFirewall.Packets;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Engine.Logging;

/// <summary>What both families' lines have in common: TCP and UDP, and options as hexadecimal digits.</summary>
internal static class TransportLine
{
    private const int TcpHeader = 20, UdpHeader = 8, FlagsAt = 12;

    private const int AccurateEcn = 0x100, Reserved = 0x0e00;

    /// <summary>From Linux 6.15 on the kernel's lines have accurate ECN's flag by its name (nf_log_syslog.c); before, it is one of the reserved bits.</summary>
    private static readonly bool s_namesAccurateEcn = Environment.OSVersion.Version >= new Version(6, 15);

    /// <summary>TCP's flags in the order of the kernel's lines; the first is in the byte before.</summary>
    private static readonly (int Bit, string Name)[] s_flags =
    [
        .. s_namesAccurateEcn ? (ReadOnlySpan<(int, string)>)[(AccurateEcn, "AE ")] : [],
        (0x080, "CWR "), (0x040, "ECE "), (0x020, "URG "), (0x010, "ACK "), (0x008, "PSH "), (0x004, "RST "), (0x002, "SYN "), (0x001, "FIN "),
    ];

    private static readonly int s_reserved = s_namesAccurateEcn ? Reserved : Reserved | AccurateEcn;

    /// <summary>False where the line ends with it.</summary>
    internal static bool AddTcp(LineText text, LoggedBytes bytes, int at, bool isLaterFragment, LogDetails details)
    {
        text.Add("PROTO=TCP ");
        if (isLaterFragment)
        {
            return true;
        }

        if (!bytes.Has(at, TcpHeader))
        {
            text.Add($"INCOMPLETE [{bytes.From(at)} bytes] ");
            return false;
        }

        text.Add($"SPT={bytes.Half(at)} DPT={bytes.Half(at + 2)} ");
        if (details.HasFlag(LogDetails.TcpSequence))
        {
            text.Add($"SEQ={bytes.Word(at + 4)} ACK={bytes.Word(at + 8)} ");
        }

        int word = bytes.Half(at + FlagsAt);
        text.Add($"WINDOW={bytes.Half(at + 14)} RES=0x{(word & s_reserved) >> 6:x2} ");
        foreach ((int bit, string name) in s_flags)
        {
            text.Add((word & bit) == 0 ? "" : name);
        }

        text.Add($"URGP={bytes.Half(at + 18)} ");
        int options = ((word >> 12) * 4) - TcpHeader;
        return options <= 0 || !details.HasFlag(LogDetails.TcpOptions) || AddOptions(text, bytes, at + TcpHeader, options, "OPT (TRUNCATED)");
    }

    /// <summary>As <see cref="AddTcp"/>.</summary>
    internal static bool AddUdp(LineText text, LoggedBytes bytes, int at, byte protocol, bool isLaterFragment)
    {
        text.Add(protocol == IpProtocol.Udp ? "PROTO=UDP " : "PROTO=UDPLITE ");
        if (isLaterFragment)
        {
            return true;
        }

        if (!bytes.Has(at, UdpHeader))
        {
            text.Add($"INCOMPLETE [{bytes.From(at)} bytes] ");
            return false;
        }

        text.Add($"SPT={bytes.Half(at)} DPT={bytes.Half(at + 2)} LEN={bytes.Half(at + 4)} ");
        return true;
    }

    /// <summary>False where the options are cut, and the line ends with that.</summary>
    internal static bool AddOptions(LineText text, LoggedBytes bytes, int at, int count, string cut)
    {
        if (!bytes.Has(at, count))
        {
            text.Add(cut);
            return false;
        }

        text.Add($"OPT ({Convert.ToHexString(bytes.Slice(at, count))}) ");
        return true;
    }
}
