using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// Sends answers by raw sockets: they are routed, meet OUTPUT's rules, and where they are for this machine come in by loopback, as
/// the kernel's own do.
/// </summary>
internal sealed class AnswerSender : IDisposable
{
    private const int SolSocket = 1, SoMark = 36;

    // Nothing is sent to it: to connect is to ask for a route.
    private const int AnyPort = 9;

    private readonly Outlet _v4 = new(AddressFamily.InterNetwork, "/proc/sys/net/ipv4/fwmark_reflect");
    private readonly Outlet? _v6 = Socket.OSSupportsIPv6 ? new(AddressFamily.InterNetworkV6, "/proc/sys/net/ipv6/fwmark_reflect") : null;

    /// <summary>net.ipv4.ip_default_ttl of the namespace.</summary>
    internal static byte DefaultTtl => ReadNumber("/proc/sys/net/ipv4/ip_default_ttl");

    /// <summary>net.ipv6.conf.default.hop_limit of the namespace.</summary>
    internal static byte DefaultHopLimit => ReadNumber("/proc/sys/net/ipv6/conf/default/hop_limit");

    /// <summary>False where the kernel would not send it: a rule of OUTPUT dropped it, or there is no route.</summary>
    internal bool TrySend(AnswerPacket answer)
    {
        try
        {
            (answer.Family == Family.IPv4 ? _v4 : _v6)?.Send(answer);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The address that the kernel sends from to an IPv6 address.</summary>
    internal static UInt128? SourceFor(UInt128 destination, int scope)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(EndPointOf(Family.IPv6, destination, scope, AnyPort));
            return BinaryPrimitives.ReadUInt128BigEndian(((IPEndPoint)socket.LocalEndPoint!).Address.GetAddressBytes());
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _v4.Dispose();
        _v6?.Dispose();
    }

    private static IPEndPoint EndPointOf(Family family, UInt128 address, int scope, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPEndPoint(family == Family.IPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes, scope), port);
    }

    private static byte ReadNumber(string path) =>
        File.Exists(path) && byte.TryParse(File.ReadAllText(path), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out byte number) ? number : (byte)64;

    /// <summary>The raw socket of a family.</summary>
    private sealed class Outlet : IDisposable
    {
        private readonly Socket _socket;
        private readonly bool _reflectsMarks;
        private uint _mark;

        internal Outlet(AddressFamily family, string reflects)
        {
            // IPPROTO_RAW: what is sent has its network header (raw(7), ipv6(7)).
            _socket = new Socket(family, SocketType.Raw, ProtocolType.Raw);
            _reflectsMarks = File.Exists(reflects) && ReadNumber(reflects) != 0;
        }

        internal void Send(AnswerPacket answer)
        {
            if (_reflectsMarks && answer.Mark != _mark)
            {
                _mark = answer.Mark;
                _socket.SetRawSocketOption(SolSocket, SoMark, BitConverter.GetBytes(_mark));
            }

            _socket.SendTo(answer.Bytes, EndPointOf(answer.Family, answer.Destination, answer.Scope, 0));
        }

        public void Dispose() => _socket.Dispose();
    }
}
