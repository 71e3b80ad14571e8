using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// Decides which hook a packet meets: what comes in is delivered here or forwarded out of one interface by the only route
/// of table <see cref="Incoming"/>, what is sent here leaves by the only route of table <see cref="Outgoing"/>.
/// Replies of the kernel find a black hole there unless packets are being sent, so they never disturb a counter; or the way that
/// they are given.
/// </summary>
internal sealed class RouteSwitch : IDisposable
{
    internal const byte Incoming = 100, Outgoing = 101;
    private const ushort NewRoute = 24, RequestAcknowledgeReplaceCreate = 0x1 | 0x4 | 0x100 | 0x400;
    private const byte Unicast = 1, Local = 2, BlackHole = 6, OnLink = 4, Static = 4;
    private const ushort OutInterface = 4, Gateway = 5;
    private readonly FileDescriptor _netlink = LibC.NewSocket(LibC.AfNetlink, LibC.SockRaw, 0);
    private readonly Dictionary<(Family, byte), (byte, uint)> _now = [];

    /// <param name="exit">Index of the interface that forwarded and sent packets leave by; unused for LOCAL_IN.</param>
    /// <param name="back">Index of the interface that replies leave by; 0 for the black hole, and unused where packets are sent.</param>
    internal void Aim(Family family, Hook hook, uint exit, uint back = 0)
    {
        Set(family, Incoming, hook == Hook.Forward ? Unicast : hook == Hook.LocalIn ? Local : BlackHole, exit);
        uint way = hook == Hook.LocalOut ? exit : back;
        Set(family, Outgoing, way != 0 ? Unicast : BlackHole, way);
    }

    public void Dispose() => _netlink.Dispose();

    private void Set(Family family, byte table, byte kind, uint exit)
    {
        uint device = kind switch { Unicast => exit, Local => 1, _ => 0 };
        if (_now.GetValueOrDefault((family, table)) == (kind, device))
        {
            return;
        }

        Request(Message(family, table, kind, device));
        _now[(family, table)] = (kind, device);
    }

    private static byte[] Message(Family family, byte table, byte kind, uint device)
    {
        var message = new byte[256];
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), NewRoute);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), RequestAcknowledgeReplaceCreate);
        message[16] = (byte)family;
        message[20] = table;
        message[21] = Static;
        message[22] = kind == Local ? (byte)254 : (byte)0;
        message[23] = kind;
        int length = 28;
        if (device != 0)
        {
            length = Attribute(message, length, OutInterface, BitConverter.GetBytes(device));
        }

        if (kind == Unicast)
        {
            message[24] = OnLink;
            length = Attribute(message, length, Gateway, AddressPlan.Gateway(family));
        }

        BinaryPrimitives.WriteInt32LittleEndian(message, length);
        return message[..length];
    }

    private static int Attribute(byte[] message, int at, ushort kind, byte[] value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at), (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(at + 2), kind);
        value.CopyTo(message, at + 4);
        return at + 4 + value.Length;
    }

    private void Request(byte[] message)
    {
        int errno = LibC.TrySend(_netlink, message, [(byte)LibC.AfNetlink, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Span<byte> answer = stackalloc byte[512];
        if (errno == 0)
        {
            LibC.Receive(_netlink, answer);
            errno = -BinaryPrimitives.ReadInt32LittleEndian(answer[16..]);
        }

        if (errno != 0)
        {
            throw new SystemCallException("RTM_NEWROUTE", errno);
        }
    }
}
