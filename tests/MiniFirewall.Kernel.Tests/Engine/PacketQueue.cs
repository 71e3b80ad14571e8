using System.Buffers.Binary;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Netlink;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Who listens to a queue of nfnetlink_queue in a namespace, and decides about one packet after another (include/uapi/linux/netfilter/nfnetlink_queue.h).</summary>
internal sealed class PacketQueue : IDisposable
{
    private const int HeaderBytes = 16;
    private const byte Subsystem = 3;
    private const ushort PacketMessage = Subsystem << 8, VerdictMessage = PacketMessage | 1, ConfigMessage = PacketMessage | 2;
    private const ushort ConfigCommand = 1, ConfigParameters = 2;
    private const ushort PacketHeader = 1, VerdictHeader = 2, Mark = 3, Payload = 10;
    private const byte Bind = 1, CopyPacket = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NetlinkSocket _socket;
    private readonly ushort _queue;

    internal PacketQueue(NetworkNamespace network, ushort queue)
    {
        _queue = queue;
        _socket = network.Run(() => new NetlinkSocket(NetlinkSocket.Netfilter));
        Send(ConfigMessage, (ref MessageWriter message) => message.Attribute(ConfigCommand, [Bind, 0, 0, 0]));
        Send(ConfigMessage, (ref MessageWriter message) => message.Attribute(ConfigParameters, [0, 0, 0xff, 0xff, CopyPacket]));
    }

    private delegate void Body(ref MessageWriter message);

    /// <summary>Waits for a packet.</summary>
    internal Queued Next()
    {
        byte[] buffer = new byte[1 << 17];
        int length = _socket.Receive(buffer, Patience, $"a packet of queue {_queue}");
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(4));
        return type == PacketMessage
            ? Read(buffer.AsSpan(HeaderBytes, length - HeaderBytes))
            : throw new InvalidOperationException($"a message of a queue is of type {type}: {Convert.ToHexString(buffer.AsSpan(0, length))}");
    }

    /// <param name="mark">The packet's new mark; null for the one it has.</param>
    internal void Decide(Queued packet, bool passes, uint? mark = null) => Send(VerdictMessage, (ref MessageWriter message) =>
    {
        byte[] verdict = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(verdict, passes ? 1u : 0);
        BinaryPrimitives.WriteUInt32BigEndian(verdict.AsSpan(4), packet.Id);
        message.Attribute(VerdictHeader, verdict);
        if (mark is { } value)
        {
            message.AttributeBigEndian(Mark, value);
        }
    });

    public void Dispose() => _socket.Dispose();

    private static Queued Read(ReadOnlySpan<byte> payload)
    {
        var packet = new Queued(BinaryPrimitives.ReadUInt16BigEndian(payload[2..]), 0, default, 0, "");
        var attributes = new AttributeReader(payload[4..]);
        while (attributes.Next())
        {
            packet = attributes.Type switch
            {
                PacketHeader => packet with { Id = BinaryPrimitives.ReadUInt32BigEndian(attributes.Value), Hook = (Hook)attributes.Value[6] },
                Mark => packet with { Mark = attributes.BigEndian },
                Payload => packet with { Bytes = Convert.ToHexString(attributes.Value) },
                _ => packet,
            };
        }

        return packet;
    }

    private void Send(ushort type, Body body)
    {
        var message = new MessageWriter(stackalloc byte[128], type, MessageWriter.Request);
        message.Bytes(0, 0, (byte)(_queue >> 8), (byte)_queue);
        body(ref message);
        _socket.Send(message.Finish(), $"queue {_queue}");
    }

    /// <summary>A packet that waits for a verdict.</summary>
    /// <param name="Bytes">Hexadecimal digits.</param>
    internal sealed record Queued(ushort Queue, uint Id, Hook Hook, uint Mark, string Bytes);
}
