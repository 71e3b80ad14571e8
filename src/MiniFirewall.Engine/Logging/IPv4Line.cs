using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Engine.Logging;

/// <summary>An IPv4 packet's part of a line (net/netfilter/nf_log_syslog.c, dump_ipv4_packet).</summary>
internal sealed class IPv4Line(LineText text, EventRecord packet, LogDetails details)
{
    private const int Header = 20, IcmpHeader = 8, TypeOfService = 0x1e, Precedence = 0xe0;
    private const int ReservedBit = 0x8000, DontFragment = 0x4000, MoreFragments = 0x2000, OffsetBits = 0x1fff;

    // include/uapi/linux/icmp.h
    private const byte EchoReply = 0, Unreachable = 3, SourceQuench = 4, Redirect = 5, Echo = 8, TimeExceeded = 11, ParameterProblem = 12;
    private const byte FragmentationNeeded = 4;

    /// <summary>Bytes that an ICMP message of a type has at least; 0 where any number will do.</summary>
    private static readonly byte[] LeastIcmp = [4, 0, 0, 28, 28, 28, 0, 0, 4, 0, 0, 28, 28, 20, 20, 0, 0, 12, 12];

    internal void Add(LoggedBytes bytes, int at)
    {
        if (!bytes.Has(at, Header))
        {
            text.Add("TRUNCATED");
            return;
        }

        int headerLength = (bytes[at] & 0xf) * 4;
        AddHeader(bytes, at);
        if (details.HasFlag(LogDetails.IpOptions) && headerLength > Header
            && !TransportLine.AddOptions(text, bytes, at + Header, headerLength - Header, "TRUNCATED"))
        {
            return;
        }

        bool goesOn = AddTransport(bytes, at, at + headerLength, bytes[at + 9], (bytes.Half(at + 6) & OffsetBits) != 0);
        if (goesOn && at == 0)
        {
            KernelLine.AddOwnerAndMark(text, packet, details);
        }
    }

    private void AddHeader(LoggedBytes bytes, int at)
    {
        int fragment = bytes.Half(at + 6), length = bytes.Half(at + 2);

        // What is too long for the header's number is the packet's own length.
        long shownLength = length == 0 && bytes.Length > ushort.MaxValue ? bytes.From(at) : length;
        text.Add($"SRC={Address(bytes, at + 12)} DST={Address(bytes, at + 16)} ");
        text.Add($"LEN={shownLength} TOS=0x{bytes[at + 1] & TypeOfService:X2} PREC=0x{bytes[at + 1] & Precedence:X2} TTL={bytes[at + 8]} ID={bytes.Half(at + 4)} ");
        text.Add((fragment & ReservedBit) != 0 ? "CE " : "");
        text.Add((fragment & DontFragment) != 0 ? "DF " : "");
        text.Add((fragment & MoreFragments) != 0 ? "MF " : "");
        if ((fragment & OffsetBits) is var offset and not 0)
        {
            text.Add($"FRAG:{offset} ");
        }
    }

    private bool AddTransport(LoggedBytes bytes, int at, int transport, byte protocol, bool isLaterFragment)
    {
        switch (protocol)
        {
            case IpProtocol.Tcp:
                return TransportLine.AddTcp(text, bytes, transport, isLaterFragment, details);
            case IpProtocol.Udp or IpProtocol.UdpLite:
                return TransportLine.AddUdp(text, bytes, transport, protocol, isLaterFragment);
            case IpProtocol.Icmp:
                text.Add("PROTO=ICMP ");
                if (!isLaterFragment)
                {
                    AddIcmp(bytes, at, transport);
                }

                return true;
            case IpProtocol.Authentication:
                if (!isLaterFragment)
                {
                    AddSpi(bytes, transport, "AH", headerLength: 12, spiAt: 4);
                }

                return true;
            case IpProtocol.Esp when isLaterFragment:
                text.Add("PROTO=ESP ");
                return true;
            case IpProtocol.Esp:
                AddSpi(bytes, transport, "ESP", headerLength: 8, spiAt: 0);
                return true;
            default:
                text.Add($"PROTO={protocol} ");
                return true;
        }
    }

    private void AddSpi(LoggedBytes bytes, int at, string name, int headerLength, int spiAt)
    {
        text.Add($"PROTO={name} ");
        if (bytes.Has(at, headerLength))
        {
            text.Add($"SPI=0x{bytes.Word(at + spiAt):x} ");
        }
        else
        {
            text.Add($"INCOMPLETE [{bytes.From(at)} bytes] ");
        }
    }

    private void AddIcmp(LoggedBytes bytes, int at, int icmp)
    {
        if (!bytes.Has(icmp, IcmpHeader))
        {
            text.Add($"INCOMPLETE [{bytes.From(icmp)} bytes] ");
            return;
        }

        byte type = bytes[icmp], code = bytes[icmp + 1];
        text.Add($"TYPE={type} CODE={code} ");
        if (type < LeastIcmp.Length && bytes.From(icmp) < LeastIcmp[type])
        {
            text.Add($"INCOMPLETE [{bytes.From(icmp)} bytes] ");
            return;
        }

        switch (type)
        {
            case EchoReply or Echo:
                text.Add($"ID={bytes.Half(icmp + 4)} SEQ={bytes.Half(icmp + 6)} ");
                break;
            case ParameterProblem:
                text.Add($"PARAMETER={bytes[icmp + 4]} ");
                break;
            case Redirect:
                text.Add($"GATEWAY={Address(bytes, icmp + 4)} ");
                AddQuoted(bytes, at, icmp);
                break;
            case Unreachable or SourceQuench or TimeExceeded:
                AddQuoted(bytes, at, icmp);
                break;
        }

        if (type == Unreachable && code == FragmentationNeeded)
        {
            text.Add($"MTU={bytes.Half(icmp + 6)} ");
        }
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

    private static string Address(LoggedBytes bytes, int at) => $"{bytes[at]}.{bytes[at + 1]}.{bytes[at + 2]}.{bytes[at + 3]}";
}
