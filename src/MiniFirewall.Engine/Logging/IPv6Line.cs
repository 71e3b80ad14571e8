using System.Globalization;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Engine.Logging;

/// <summary>An IPv6 packet's part of a line (net/netfilter/nf_log_syslog.c, dump_ipv6_packet).</summary>
internal sealed class IPv6Line(LineText text, EventRecord packet, LogDetails details)
{
    private const int Header = 40, IcmpHeader = 8, FragmentHeader = 8, OffsetBits = 0xfff8;

    // include/uapi/linux/icmpv6.h
    private const byte Unreachable = 1, TooBig = 2, TimeExceeded = 3, ParameterProblem = 4, EchoRequest = 128, EchoReply = 129;

    private bool _isLaterFragment;

    private bool ShowsOptions => details.HasFlag(LogDetails.IpOptions);

    internal void Add(LoggedBytes bytes, int at)
    {
        if (!bytes.Has(at, Header))
        {
            text.Add("TRUNCATED");
            return;
        }

        uint first = bytes.Word(at);
        text.Add($"SRC={Address(bytes, at + 8)} DST={Address(bytes, at + 24)} ");
        text.Add($"LEN={bytes.Half(at + 4) + Header} TC={(first & 0x0ff00000) >> 20} HOPLIMIT={bytes[at + 7]} FLOWLBL={first & 0x000fffff} ");
        _isLaterFragment = false;
        int next = at + Header;
        byte protocol = bytes[at + 6];
        while (IsExtension(protocol))
        {
            if (!AddExtension(bytes, ref next, ref protocol))
            {
                return;
            }
        }

        if (AddTransport(bytes, at, next, protocol) && at == 0)
        {
            KernelLine.AddOwnerAndMark(text, packet, details);
        }
    }

    private static bool IsExtension(byte header) =>
        header is IPv6HeaderNumber.HopByHop or IPv6HeaderNumber.Routing or IPv6HeaderNumber.Fragment or IpProtocol.Esp or IpProtocol.Authentication or IPv6HeaderNumber.DestinationOptions;

    /// <summary>False where the line ends with it.</summary>
    private bool AddExtension(LoggedBytes bytes, ref int at, ref byte header)
    {
        if (!bytes.Has(at, 2))
        {
            text.Add("TRUNCATED");
            return false;
        }

        text.Add(ShowsOptions ? "OPT ( " : "");
        (bool goesOn, int length) = header switch
        {
            IPv6HeaderNumber.Fragment => (AddFragment(bytes, at), FragmentHeader),
            IpProtocol.Authentication => (AddSpi(bytes, at, "AH ", headerLength: 12, spiAt: 4, end: " "), (bytes[at + 1] + 2) * 4),
            IpProtocol.Esp => (AddEsp(bytes, at), 0),
            _ => (AddOptions(), (bytes[at + 1] + 1) * 8),
        };
        if (!goesOn)
        {
            return false;
        }

        text.Add(ShowsOptions ? ") " : "");
        header = bytes[at];
        at += length;
        return true;
    }

    private bool AddFragment(LoggedBytes bytes, int at)
    {
        text.Add("FRAG:");
        if (!bytes.Has(at, FragmentHeader))
        {
            text.Add("TRUNCATED ");
            return false;
        }

        int offset = bytes.Half(at + 2);
        text.Add($"{offset & OffsetBits} {((offset & 1) != 0 ? "INCOMPLETE " : "")}ID:{bytes.Word(at + 4):x8} ");
        _isLaterFragment |= (offset & OffsetBits) != 0;
        return true;
    }

    /// <summary>Behind a later fragment's header there are no headers.</summary>
    private bool AddOptions()
    {
        text.Add(_isLaterFragment && ShowsOptions ? ")" : "");
        return !_isLaterFragment;
    }

    /// <summary>What it hides ends the line.</summary>
    private bool AddEsp(LoggedBytes bytes, int at)
    {
        AddSpi(bytes, at, "ESP ", headerLength: 8, spiAt: 0, end: " )");
        return false;
    }

    private bool AddSpi(LoggedBytes bytes, int at, string name, int headerLength, int spiAt, string end)
    {
        if (!ShowsOptions)
        {
            return true;
        }

        text.Add(name);
        if (_isLaterFragment)
        {
            text.Add(")");
            return false;
        }

        if (!bytes.Has(at, headerLength))
        {
            text.Add($"INCOMPLETE [{bytes.From(at)} bytes] )");
            return false;
        }

        text.Add($"SPI=0x{bytes.Word(at + spiAt):x}{end}");
        return true;
    }

    private bool AddTransport(LoggedBytes bytes, int at, int transport, byte protocol)
    {
        switch (protocol)
        {
            case IpProtocol.Tcp:
                return TransportLine.AddTcp(text, bytes, transport, _isLaterFragment, details);
            case IpProtocol.Udp or IpProtocol.UdpLite:
                return TransportLine.AddUdp(text, bytes, transport, protocol, _isLaterFragment);
            case IpProtocol.Icmpv6:
                text.Add("PROTO=ICMPv6 ");
                return _isLaterFragment || AddIcmp(bytes, at, transport);
            default:
                text.Add($"PROTO={protocol} ");
                return true;
        }
    }

    private bool AddIcmp(LoggedBytes bytes, int at, int icmp)
    {
        if (!bytes.Has(icmp, IcmpHeader))
        {
            text.Add($"INCOMPLETE [{bytes.From(icmp)} bytes] ");
            return false;
        }

        byte type = bytes[icmp];
        text.Add($"TYPE={type} CODE={bytes[icmp + 1]} ");
        switch (type)
        {
            case EchoRequest or EchoReply:
                text.Add($"ID={bytes.Half(icmp + 4)} SEQ={bytes.Half(icmp + 6)} ");
                break;
            case ParameterProblem:
                text.Add($"POINTER={bytes.Word(icmp + 4):x8} ");
                AddQuoted(bytes, at, icmp);
                break;
            case Unreachable or TooBig or TimeExceeded:
                AddQuoted(bytes, at, icmp);
                break;
        }

        if (type == TooBig)
        {
            text.Add($"MTU={bytes.Word(icmp + 4)} ");
        }

        return true;
    }

    /// <summary>What an error quotes, of a packet that is not quoted itself.</summary>
    private void AddQuoted(LoggedBytes bytes, int at, int icmp)
    {
        if (at == 0)
        {
            text.Add("[");
            Add(bytes, icmp + IcmpHeader);
            text.Add("] ");
        }
    }

    /// <summary>Eight groups of four digits, none left out.</summary>
    private static string Address(LoggedBytes bytes, int at) =>
        string.Join(':', bytes.Slice(at, 16).ToArray().Chunk(2).Select(pair => ((pair[0] << 8) | pair[1]).ToString("x4", CultureInfo.InvariantCulture)));
}
