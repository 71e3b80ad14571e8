using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// Packets between two hosts that a router forwards, a line each: <c>&gt;</c> from the first to the second or <c>&lt;</c> back, then
/// <c>tcp FLAGS [seq N] [ack N] [win N] [len N] [scale N] [permitted] [sack N-N] [time]</c>, <c>udp [len N]</c>, <c>icmp TYPE [CODE] [id N]</c>,
/// <c>sctp [tag N] CHUNK ...</c> (<see cref="SctpScript"/>), <c>proto N</c>, or <c>error TYPE [CODE]</c>: an ICMP error that quotes the last packet of the other direction, <c>forged</c> with another
/// port, <c>astray</c> to another host. Further words: <c>port N</c>, the second host's. <c>wait N</c> waits milliseconds.
/// </summary>
internal sealed class PacketScript(Family family, ushort clientPort)
{
    private const ushort ServerPort = 8080;

    internal Family Family => family;

    /// <summary>The two hosts.</summary>
    internal (string Client, string Server) Hosts { get; init; } = family == Family.IPv4 ? ("192.0.2.10", "198.51.100.20") : ("2001:db8:1::10", "2001:db8:2::20");

    private readonly Dictionary<bool, byte[]> _last = [];
    private Queue<string> _words = [];
    private bool _isBack;
    private ushort _serverPort;

    /// <summary>The line's packet, or null where it is none.</summary>
    internal Packet? Read(string line)
    {
        _words = new(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        string first = _words.Dequeue();
        if (first == "wait")
        {
            Thread.Sleep((int)Number());
            return null;
        }

        _isBack = first == "<";
        _serverPort = ServerPort;
        bool isAstray = false;
        Transport transport = _words.Dequeue() switch
        {
            "tcp" => Tcp(),
            "udp" => Udp(),
            "icmp" => Icmp(),
            "sctp" => SctpScript.Read(_words, Ports.Source, Ports.Destination),
            "proto" => new RawTransport((byte)Number()) { Payload = [1, 2, 3, 4, 5, 6, 7, 8] },
            "error" => Error(out isAstray),
            var other => throw new FormatException($"{other} is no kind of packet"),
        };
        byte[] bytes = Carry(transport, isAstray);
        if (transport is not (IcmpMessage { Type: 3 or 4 or 5 or 11 or 12 } or Icmpv6Message { Type: < 128 }))
        {
            _last[_isBack] = bytes;
        }

        return new Packet(family, Hook.Forward, bytes) { InInterface = _isBack ? "eth1" : "eth0", OutInterface = _isBack ? "eth0" : "eth1" };
    }

    private (ushort Source, ushort Destination) Ports => _isBack ? (_serverPort, clientPort) : (clientPort, _serverPort);

    private Transport Tcp()
    {
        TcpFlags flags = Flags(_words.Dequeue());
        uint sequence = 0, acknowledgement = 0;
        ushort window = 1000;
        int length = 0;
        List<byte> options = [];
        while (_words.TryDequeue(out string? word))
        {
            switch (word)
            {
                case "seq": sequence = (uint)Number(); break;
                case "ack": acknowledgement = (uint)Number(); break;
                case "win": window = (ushort)Number(); break;
                case "len": length = (int)Number(); break;
                case "port": _serverPort = (ushort)Number(); break;
                case "scale": options.AddRange([1, 3, 3, (byte)Number()]); break;
                case "permitted": options.AddRange([1, 1, 4, 2]); break;
                case "time": options.AddRange([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]); break;
                case "sack": options.AddRange(Sack(_words.Dequeue())); break;
                default: throw new FormatException($"{word} is not known of tcp");
            }
        }

        return new TcpSegment(Ports.Source, Ports.Destination)
        {
            Flags = flags,
            Sequence = sequence,
            Acknowledgement = acknowledgement,
            Window = window,
            Options = [.. options],
            Payload = [.. new byte[length]],
        };
    }

    private static byte[] Sack(string block)
    {
        byte[] option = [1, 1, 5, 10, 0, 0, 0, 0, 0, 0, 0, 0];
        uint[] edges = [.. block.Split('-').Select(edge => uint.Parse(edge, CultureInfo.InvariantCulture))];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(4), edges[0]);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(8), edges[1]);
        return option;
    }

    private Transport Udp()
    {
        int length = 0;
        while (_words.TryDequeue(out string? word))
        {
            switch (word)
            {
                case "len": length = (int)Number(); break;
                case "port": _serverPort = (ushort)Number(); break;
                default: throw new FormatException($"{word} is not known of udp");
            }
        }

        return new UdpDatagram(Ports.Source, Ports.Destination) { Payload = [.. new byte[length]] };
    }

    private Transport Icmp()
    {
        byte type = (byte)Number(), code = NumberIf();
        uint id = clientPort;
        if (_words.TryDequeue(out _))
        {
            id = (uint)Number();
        }

        return family == Family.IPv4 ? new IcmpMessage(type, code) { Rest = id << 16 } : new Icmpv6Message(type, code) { Rest = id << 16 };
    }

    private Transport Error(out bool isAstray)
    {
        byte type = (byte)Number(), code = NumberIf();
        byte[] quoted = [.. _last[!_isBack]];
        isAstray = _words.Contains("astray");
        if (_words.Contains("forged"))
        {
            quoted[(family == Family.IPv4 ? 20 : 40) + 1] ^= 0x55;
        }

        return family == Family.IPv4 ? new IcmpMessage(type, code) { Payload = [.. quoted] } : new Icmpv6Message(type, code) { Payload = [.. quoted] };
    }

    private byte[] Carry(Transport transport, bool isAstray)
    {
        (string client, string server) = Hosts;
        if (isAstray)
        {
            (client, server) = family == Family.IPv4 ? ("192.0.2.11", "198.51.100.21") : ("2001:db8:1::11", "2001:db8:2::21");
        }

        (string from, string to) = _isBack ? (server, client) : (client, server);
        return family == Family.IPv4 ? IPv4Header.Between(from, to).Carry(transport) : IPv6Header.Between(from, to).Carry(transport);
    }

    private long Number() => long.Parse(_words.Dequeue(), CultureInfo.InvariantCulture);

    private byte NumberIf() => _words.TryPeek(out string? word) && byte.TryParse(word, CultureInfo.InvariantCulture, out byte number) && _words.TryDequeue(out _) ? number : (byte)0;

    private static TcpFlags Flags(string letters) => letters.Aggregate(TcpFlags.None, (flags, letter) => flags | letter switch
    {
        'F' => TcpFlags.Fin,
        'S' => TcpFlags.Syn,
        'R' => TcpFlags.Rst,
        'P' => TcpFlags.Psh,
        'A' => TcpFlags.Ack,
        'U' => TcpFlags.Urg,
        '-' => TcpFlags.None,
        _ => throw new FormatException($"{letter} is no flag"),
    });
}
