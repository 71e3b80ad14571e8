using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;
using MiniFirewall.Testing.Packets;

namespace MiniFirewall.Testing.Large;

/// <summary>A packet that comes nearer to one rule after another: what a rule asks is set, what it leaves open stays as it was.</summary>
internal sealed class PacketAim
{
    private const int LongestOnWire = 1400;
    private readonly Random _random;
    private readonly Family _family;
    private UInt128 _source, _destination;
    private byte _protocol, _hopLimit = 64, _icmpType, _icmpCode;
    private ushort _sourcePort, _destinationPort;
    private TcpFlags _flags = TcpFlags.Syn;
    private byte? _option;
    private uint _mark;
    private int _length, _fragmentOffset;
    private string _interface = "eth0";

    internal PacketAim(Random random, Family family)
    {
        (_random, _family) = (random, family);
        (_source, _destination) = (Any(), Any());
        _protocol = random.Next(4) switch { 0 => family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, 1 => IpProtocol.Tcp, _ => IpProtocol.Udp };
        (_sourcePort, _destinationPort) = ((ushort)random.Next(65536), (ushort)random.Next(65536));
        _mark = (uint)random.Next(256);
    }

    private UInt128 All => _family == Family.IPv4 ? uint.MaxValue : UInt128.MaxValue;

    internal void Meet(Rule rule)
    {
        _source = Meet(rule.Source, _source);
        _destination = Meet(rule.Destination, _destination);
        if (rule.InInterface is { } name)
        {
            _interface = name.Negated ? "lo" : name.IsPrefix ? $"{name.Name}{_random.Next(10)}" : name.Name;
        }

        if (rule.Protocol is { } protocol)
        {
            _protocol = !protocol.Negated ? protocol.Number : _protocol == protocol.Number ? IpProtocol.Esp : _protocol;
        }

        _fragmentOffset = rule.Fragment == true ? 1 + _random.Next(100) : _fragmentOffset;
        foreach (Match match in rule.Matches)
        {
            Meet(match);
        }
    }

    /// <summary>Moves one number a step, so that a border is perhaps crossed.</summary>
    internal void Step()
    {
        int step = _random.Next(2) == 0 ? 1 : -1;
        switch (_random.Next(9))
        {
            case 0:
                _source = (_source + (UInt128)(Int128)step) & All;
                break;
            case 1:
                _destination = (_destination + (UInt128)(Int128)step) & All;
                break;
            case 2:
                _source ^= UInt128.One << _random.Next(_family == Family.IPv4 ? 32 : 128);
                break;
            case 3:
                _sourcePort = (ushort)(_sourcePort + step);
                break;
            case 4:
                _destinationPort = (ushort)(_destinationPort + step);
                break;
            case 5:
                _protocol = _protocol == IpProtocol.Tcp ? IpProtocol.Udp : IpProtocol.Tcp;
                break;
            case 6:
                _hopLimit = (byte)(_hopLimit + step);
                break;
            case 7:
                _length = Math.Max(_length + step, 0);
                break;
            default:
                _mark = (uint)(_mark + step);
                break;
        }
    }

    /// <summary>Keeps to what reaches LOCAL_IN from a wire: addresses that travel, a protocol that is there, no fragment.</summary>
    internal void KeepToWire(IReadOnlyList<string> interfaces)
    {
        (_source, _destination) = (WireAddress.Near(_family, _source), WireAddress.Near(_family, _destination));
        _protocol = _protocol == 0 ? IpProtocol.Udp : _protocol;
        _fragmentOffset = _family == Family.IPv4 ? 0 : _fragmentOffset;
        _length = Math.Min(_length, LongestOnWire);
        _interface = interfaces.Contains(_interface) ? _interface : interfaces[_random.Next(interfaces.Count)];
    }

    internal Packet ToPacket(Hook hook)
    {
        byte[] bytes = Carry(Transport());
        if (_length > bytes.Length)
        {
            bytes = Carry(Transport() with { Payload = [.. new byte[_length - bytes.Length]] });
        }

        return new Packet(_family, hook, bytes)
        {
            InInterface = hook == Hook.LocalOut ? "" : _interface,
            OutInterface = hook == Hook.LocalIn ? "" : "eth1",
            Mark = _mark,
        };
    }

    private UInt128 Any() => _family == Family.IPv4
        ? (uint)_random.NextInt64(1L << 32)
        : ((UInt128)0x2001_0db8 << 96) | ((UInt128)(uint)_random.NextInt64(1L << 32) << 64) | (ulong)_random.NextInt64();

    private UInt128 Meet(AddressSpec? spec, UInt128 address) => spec switch
    {
        MaskedAddress { Negated: false } masked => (address & ~masked.Mask & All) | masked.Address,
        MaskedAddress masked when (address & masked.Mask) == masked.Address => address ^ (masked.Mask & (~masked.Mask + 1)),
        HostName { Negated: false } host when Addresses(host) is { Length: > 0 } addresses => addresses[_random.Next(addresses.Length)],
        _ => address,
    };

    private UInt128[] Addresses(HostName host) => [.. _family == Family.IPv4 ? host.V4 : host.V6];

    private void Meet(Match match)
    {
        switch (match)
        {
            case TcpMatch tcp:
                _sourcePort = Within(tcp.SourcePorts, tcp.NotSource, _sourcePort);
                _destinationPort = Within(tcp.DestinationPorts, tcp.NotDestination, _destinationPort);
                _flags = tcp.NotFlags ? _flags : (TcpFlags)(((byte)_flags & ~tcp.FlagMask) | tcp.FlagValue);
                _option = tcp.OptionKind is { } kind && !tcp.NotOption ? kind : _option;
                break;
            case UdpMatch udp:
                _sourcePort = Within(udp.SourcePorts, udp.NotSource, _sourcePort);
                _destinationPort = Within(udp.DestinationPorts, udp.NotDestination, _destinationPort);
                break;
            case MultiportMatch { Negated: false } ports:
                MeetPorts(ports);
                break;
            case LengthMatch length:
                _length = Within(length.Range, length.Negated, (ushort)_length);
                break;
            case TtlMatch ttl:
                _hopLimit = Meet(ttl.Comparison);
                break;
            case HlMatch hops:
                _hopLimit = Meet(hops.Comparison);
                break;
            case MarkMatch { Negated: false } mark:
                _mark = (_mark & ~mark.Mask) | mark.Value;
                break;
            case IcmpMatch { Negated: false } icmp:
                (_icmpType, _icmpCode) = (icmp.Type.Type, (byte)_random.Next(icmp.Type.LowCode, icmp.Type.HighCode + 1));
                break;
            case Icmp6Match { Negated: false } icmp:
                (_icmpType, _icmpCode) = (icmp.Type.Type, (byte)_random.Next(icmp.Type.LowCode, icmp.Type.HighCode + 1));
                break;
            case IprangeMatch range:
                _source = Within(range.Source, _source);
                _destination = Within(range.Destination, _destination);
                break;
        }
    }

    private void MeetPorts(MultiportMatch match)
    {
        NumberRange range = match.Ports[_random.Next(match.Ports.Length)];
        if (match.Side == PortSide.Source)
        {
            _sourcePort = Within(range, negated: false, _sourcePort);
        }
        else
        {
            _destinationPort = Within(range, negated: false, _destinationPort);
        }
    }

    private static byte Meet(HopComparison comparison) => comparison.Operator switch
    {
        HopOperator.Equal => comparison.Value,
        HopOperator.Less => (byte)(comparison.Value - 1),
        _ => (byte)(comparison.Value + 1),
    };

    /// <summary>A border of the range half of the time, else what is inside; one that the range does not hold where it is negated.</summary>
    private ushort Within(NumberRange range, bool negated, ushort now) => negated
        ? range.Contains(now) ? (ushort)(range.High + 1) : now
        : range.Contains(now) && _random.Next(2) == 0 ? now : _random.Next(4) switch
        {
            0 => range.Low,
            1 => range.High,
            _ => (ushort)_random.Next(range.Low, range.High + 1),
        };

    private UInt128 Within(AddressRange? range, UInt128 now) => range is null or { Negated: true } ? now : _random.Next(3) switch
    {
        0 => range.Low,
        1 => range.High,
        _ => range.Low + (now % (range.High - range.Low + 1)),
    };

    private Transport Transport() => _fragmentOffset > 0 ? new RawTransport(_protocol) { Payload = [.. new byte[24]] } : _protocol switch
    {
        IpProtocol.Tcp => new TcpSegment(_sourcePort, _destinationPort) { Flags = _flags, Options = Options() },
        IpProtocol.Udp => new UdpDatagram(_sourcePort, _destinationPort),
        IpProtocol.UdpLite => new UdpLiteDatagram(_sourcePort, _destinationPort),
        IpProtocol.Sctp => new SctpPacket(_sourcePort, _destinationPort),
        IpProtocol.Dccp => new DccpPacket(_sourcePort, _destinationPort),
        IpProtocol.Icmp => new IcmpMessage(_icmpType, _icmpCode),
        IpProtocol.Icmpv6 => new Icmpv6Message(_icmpType, _icmpCode),
        _ => new RawTransport(_protocol) { Payload = [.. new byte[24]] },
    };

    private System.Collections.Immutable.ImmutableArray<byte> Options() => _option switch
    {
        null => [],
        < 2 => [_option.Value],
        _ => [_option.Value, 2],
    };

    private byte[] Carry(Transport transport) => _family == Family.IPv4
        ? new IPv4Header((uint)_source, (uint)_destination) { Ttl = _hopLimit, FragmentOffset = _fragmentOffset }.Carry(transport)
        : new IPv6Header(_source, _destination) { HopLimit = _hopLimit }.Carry(transport);
}
