using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>A packet that left a namespace.</summary>
internal readonly record struct LeftPacket(uint Interface, Packet Packet);

/// <summary>Sees what leaves the namespace whose thread makes it, by whatever interface: packets that go on, and answers (packet(7)).</summary>
internal sealed class Leaving : IDisposable
{
    private const ushort AllProtocols = 0x0003, IPv4 = 0x0800, IPv6 = 0x86dd;
    private const byte Outgoing = 4;
    private const int AddressLength = 20, SolSocket = 1, ReceiveBuffer = 8;
    private readonly FileDescriptor _socket;
    private readonly byte[] _bytes = new byte[65536];

    internal Leaving()
    {
        _socket = LibC.NewSocket(LibC.AfPacket, LibC.SockDgram, BinaryPrimitives.ReverseEndianness(AllProtocols));
        LibC.SetOption(_socket, SolSocket, ReceiveBuffer, 1 << 22);
    }

    /// <summary>The next packet, waited for; null where none left.</summary>
    internal LeftPacket? TryRead(TimeSpan timeout)
    {
        Span<byte> address = stackalloc byte[AddressLength];
        while (Polling.WaitReadable(_socket, timeout))
        {
            int length = LibC.Receive(_socket, _bytes, address);
            ushort protocol = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);

            // struct sockaddr_ll: what came in, or was delivered by loopback, is told too.
            if (address[10] == Outgoing && protocol is (IPv4 or IPv6))
            {
                Family family = protocol == IPv4 ? Family.IPv4 : Family.IPv6;
                return new(BinaryPrimitives.ReadUInt32LittleEndian(address[4..]), new Packet(family, Hook.LocalOut, _bytes.AsSpan(0, length)));
            }
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();
}
