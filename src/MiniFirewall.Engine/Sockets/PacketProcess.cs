using System.Buffers.Binary;
using System.Diagnostics;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Sockets;

/// <summary>
/// Whose a packet is at this end: the process that sends it, which the event knows where the packet went out in that process's system
/// call; else the one that holds its socket, looked for in /proc, some times a second at most. To be used on a thread of the packets' namespace.
/// </summary>
public sealed class PacketProcess
{
    private const int PortsLength = 4;

    /// <summary>What was found is believed for so long.</summary>
    private static readonly TimeSpan Belief = TimeSpan.FromSeconds(1);

    /// <summary>What was not found is not looked for again for so long.</summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromMilliseconds(200);

    private readonly SocketTable _sockets = new();
    private readonly SocketHolders _holders = new();
    private long? _lookedAt;

    /// <summary>Null where none is known: the packet only passes, or nobody has a socket for it (any more).</summary>
    public SendingProcess? Of(EventRecord packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (packet.Process is not null || packet.Hook is not (Hook.LocalIn or Hook.LocalOut))
        {
            return packet.Process;
        }

        SendingProcess? found = IsOlderThan(Belief) ? null : Find(packet);
        if (found is null && IsOlderThan(Doubt))
        {
            _sockets.Clear();
            _holders.Look();
            _lookedAt = Stopwatch.GetTimestamp();
            found = Find(packet);
        }

        return found;
    }

    private bool IsOlderThan(TimeSpan age) => _lookedAt is not { } before || Stopwatch.GetElapsedTime(before) > age;

    private SendingProcess? Find(EventRecord packet)
    {
        ulong inode = packet.SocketInode != 0 ? packet.SocketInode : InodeOf(packet);
        return inode == 0 ? null : _holders.TryGet(inode);
    }

    private ulong InodeOf(EventRecord record)
    {
        var packet = new Packet(record.Family, record.Hook, record.Captured.Span);
        if (!packet.HeaderIsWhole || packet.Transport.IsBroken || packet.Transport.FragmentOffset != 0
            || !IpProtocol.HasPorts(packet.Transport.Protocol) || packet.TransportBytes.Length < PortsLength)
        {
            return 0;
        }

        (UInt128, int) source = (packet.Source, BinaryPrimitives.ReadUInt16BigEndian(packet.TransportBytes));
        (UInt128, int) destination = (packet.Destination, BinaryPrimitives.ReadUInt16BigEndian(packet.TransportBytes[2..]));
        return record.Hook == Hook.LocalOut
            ? _sockets.Find(record.Family, packet.Transport.Protocol, source, destination)
            : _sockets.Find(record.Family, packet.Transport.Protocol, destination, source);
    }
}
