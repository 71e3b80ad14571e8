using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler;

/// <summary>
/// What a test build reads instead of the packet's surroundings: BPF_PROG_TEST_RUN can set neither interfaces nor mark nor a
/// socket, and always hands over linear packets. Clocks and random numbers are a packet's own too, so that two runs are one.
/// Numbers are in host order.
/// </summary>
public static class TestInputLayout
{
    public const int Size = IpsecStates + (2 * IpsecState.Most * IpsecStateBytes);
    internal const int InInterface = 0;
    internal const int OutInterface = 16;
    internal const int Mark = 32;
    internal const int ForceSlowPath = 36;
    internal const int Time = 256;
    internal const int Jiffies = 264;
    internal const int Chance = 272;

    /// <summary>One byte each: state and direction, as in the packet key.</summary>
    internal const int ConnectionState = 276, ConnectionDirection = 277;

    /// <summary>
    /// Of the packet's connection: its four addresses in the order of ConnectionEnd, 16 bytes each, the upper half first; then their
    /// ports, two bytes each.
    /// </summary>
    internal const int ConnectionEnds = 288, ConnectionPorts = 352;

    /// <summary>One byte each: its protocol, and the bits of <see cref="MiniFirewall.Packets.ConnectionStatus"/>.</summary>
    internal const int ConnectionProtocol = 360, ConnectionStatus = 361;

    /// <summary>u32 each.</summary>
    internal const int ConnectionSecondsLeft = 364, ConnectionMark = 368;

    /// <summary>16 bytes, label 0 first; then packets and bytes of the original direction and of the other, u64 each.</summary>
    internal const int ConnectionLabels = 376, ConnectionTraffic = 392;

    /// <summary>One byte each: how many states IPsec took the packet out of, and is to wrap it in.</summary>
    internal const int IpsecPathCount = 278, IpsecRouteCount = 279;

    /// <summary>Those states, the former first: source and destination, request's id, parameter index, protocol and mode, in the kernel's order of bytes.</summary>
    internal const int IpsecStates = 424, IpsecStateBytes = 48;

    /// <summary>One byte, as the kernel's skb->pkt_type.</summary>
    internal const int LinkType = 37;

    /// <summary>One byte: what is there at all, the bits below.</summary>
    internal const int Present = 38;
    internal const int HasLink = 1, HasSocket = 2, HasOwner = 4, IsBridged = 8, WasDecapsulated = 16, WillBeEncapsulated = 32, HasPath = 64;

    /// <summary>One byte, of the cgroup ids.</summary>
    internal const int CgroupCount = 39;

    /// <summary>The 48 bits of the link-layer source address in 64.</summary>
    internal const int LinkSource = 40;
    internal const int EtherType = 48;
    internal const int GroupCount = 50;
    internal const int Cpu = 52;
    internal const int Realm = 56;
    internal const int InGroup = 60;
    internal const int OutGroup = 64;
    internal const int User = 68;
    internal const int Group = 72;
    internal const int SocketClass = 76;
    internal const int Cgroups = 80;
    internal const int Groups = Cgroups + (8 * PacketSocket.MostLevels);

    /// <summary>Names of bridge ports, zero padded.</summary>
    internal const int InPort = Groups + (4 * MostGroups);
    internal const int OutPort = InPort + 16;

    /// <summary>Three bytes each: the parts of <see cref="AddressTypes"/> in their order.</summary>
    internal const int SourceTypes = OutPort + 16;
    internal const int DestinationTypes = SourceTypes + 4;

    /// <summary>Supplementary groups that a test may say.</summary>
    internal const int MostGroups = 8;

    /// <summary>The map's value. Names are at most 15 ASCII characters.</summary>
    /// <param name="forceSlowPath">Read the transport header as if it stood outside the packet's linear part.</param>
    public static byte[] Encode(Packet packet, bool forceSlowPath = false)
    {
        var value = new byte[Size];
        EncodeName(value, InInterface, packet.InInterface);
        EncodeName(value, OutInterface, packet.OutInterface);
        EncodeNumber(value, Mark, packet.Mark);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(Time), packet.Time);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(Jiffies), packet.Clock.Jiffies);
        EncodeNumber(value, Chance, packet.Chance);
        value[ForceSlowPath] = forceSlowPath ? (byte)1 : (byte)0;
        value[ConnectionState] = (byte)packet.ConnectionState;
        value[ConnectionDirection] = (byte)packet.ConnectionDirection;
        value[LinkType] = (byte)packet.LinkType;
        value[Present] = (byte)PresentBits(packet);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(LinkSource), packet.Link?.Source ?? 0);
        BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(EtherType), packet.Link?.EtherType ?? 0);
        EncodeNumber(value, Cpu, packet.Cpu);
        EncodeNumber(value, Realm, packet.Realm);
        EncodeNumber(value, InGroup, packet.InGroup);
        EncodeNumber(value, OutGroup, packet.OutGroup);
        EncodeSocket(value, packet.Socket);
        EncodeName(value, InPort, packet.Bridge?.In ?? "");
        EncodeName(value, OutPort, packet.Bridge?.Out ?? "");
        EncodeIpsec(value, isOut: false, packet.IpsecPath ?? [], packet.Family);
        EncodeIpsec(value, isOut: true, packet.IpsecRoute, packet.Family);
        if (packet.HeaderIsWhole)
        {
            EncodeTypes(value, SourceTypes, packet.SourceTypes);
            EncodeTypes(value, DestinationTypes, packet.DestinationTypes);
            EncodeConnection(value, packet.Connection);
        }

        return value;
    }

    /// <summary>Where a state is, of those the packet was taken out of, or is to be wrapped in.</summary>
    internal static int IpsecStateAt(bool isOut, int number) => IpsecStates + (((isOut ? IpsecState.Most : 0) + number) * IpsecStateBytes);

    /// <summary>Where a member is in a state.</summary>
    internal static int IpsecMemberAt(IpsecMember member) => member switch
    {
        IpsecMember.Source => 0,
        IpsecMember.Destination => 16,
        IpsecMember.RequestId => 32,
        IpsecMember.Spi => 36,
        IpsecMember.Protocol => 40,
        _ => 41,
    };

    private static void EncodeIpsec(byte[] value, bool isOut, ImmutableArray<IpsecState> states, Family family)
    {
        value[isOut ? IpsecRouteCount : IpsecPathCount] = (byte)states.Length;
        for (int i = 0; i < states.Length; i++)
        {
            Span<byte> at = value.AsSpan(IpsecStateAt(isOut, i), IpsecStateBytes);
            EncodeEnd(at[IpsecMemberAt(IpsecMember.Source)..], states[i].Source, family);
            EncodeEnd(at[IpsecMemberAt(IpsecMember.Destination)..], states[i].Destination, family);
            BinaryPrimitives.WriteUInt32LittleEndian(at[IpsecMemberAt(IpsecMember.RequestId)..], states[i].RequestId);
            BinaryPrimitives.WriteUInt32BigEndian(at[IpsecMemberAt(IpsecMember.Spi)..], states[i].Spi);
            at[IpsecMemberAt(IpsecMember.Protocol)] = states[i].Protocol;
            at[IpsecMemberAt(IpsecMember.Mode)] = states[i].Mode;
        }
    }

    private static void EncodeEnd(Span<byte> at, UInt128 address, Family family)
    {
        if (family == Family.IPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(at, (uint)address);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(at, address);
        }
    }

    private static void EncodeConnection(byte[] value, PacketConnection? connection)
    {
        if (connection is null)
        {
            return;
        }

        ConnectionPath[] paths = [connection.Original, connection.Reply];
        for (int i = 0; i < paths.Length; i++)
        {
            EncodeAddress(value, ConnectionEnds + (32 * i), paths[i].Source);
            EncodeAddress(value, ConnectionEnds + (32 * i) + 16, paths[i].Destination);
            BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(ConnectionPorts + (4 * i)), paths[i].SourcePort);
            BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(ConnectionPorts + (4 * i) + 2), paths[i].DestinationPort);
        }

        value[ConnectionProtocol] = connection.Protocol;
        value[ConnectionStatus] = (byte)connection.Status;
        EncodeNumber(value, ConnectionSecondsLeft, connection.SecondsLeft);
        EncodeNumber(value, ConnectionMark, connection.Mark);
        BinaryPrimitives.WriteUInt128LittleEndian(value.AsSpan(ConnectionLabels), connection.Labels);
        ulong[] traffic = [connection.OriginalTraffic.Packets, connection.OriginalTraffic.Bytes, connection.ReplyTraffic.Packets, connection.ReplyTraffic.Bytes];
        for (int i = 0; i < traffic.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(ConnectionTraffic + (8 * i)), traffic[i]);
        }
    }

    private static void EncodeAddress(byte[] value, int at, UInt128 address)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(at), (ulong)(address >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(at + 8), (ulong)address);
    }

    private static int PresentBits(Packet packet) =>
        (packet.Link is null ? 0 : HasLink)
        | (packet.Socket is null ? 0 : HasSocket)
        | (packet.Socket?.Owner is null ? 0 : HasOwner)
        | (packet.Bridge is null ? 0 : IsBridged)
        | (packet.IpsecPath is null ? 0 : HasPath)
        | (packet.IpsecPath is { IsEmpty: false } ? WasDecapsulated : 0)
        | (packet.IpsecRoute.IsEmpty ? 0 : WillBeEncapsulated);

    private static void EncodeSocket(byte[] value, PacketSocket? socket)
    {
        if (socket is null)
        {
            return;
        }

        EncodeNumber(value, SocketClass, socket.Class);
        value[CgroupCount] = (byte)socket.Cgroups.Length;
        for (int i = 0; i < socket.Cgroups.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(Cgroups + (8 * i)), socket.Cgroups[i]);
        }

        EncodeNumber(value, User, socket.Owner?.User ?? 0);
        EncodeNumber(value, Group, socket.Owner?.Group ?? 0);
        ReadOnlySpan<uint> groups = socket.Owner is { } owner ? owner.Groups.AsSpan() : default;
        value[GroupCount] = (byte)groups.Length;
        for (int i = 0; i < groups.Length; i++)
        {
            EncodeNumber(value, Groups + (4 * i), groups[i]);
        }
    }

    private static void EncodeTypes(byte[] value, int at, AddressTypes types) =>
        (value[at], value[at + 1], value[at + 2]) = ((byte)types.Anywhere, (byte)types.ThroughIn, (byte)types.ThroughOut);

    private static void EncodeNumber(byte[] value, int at, uint number) => BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(at), number);

    private static void EncodeName(byte[] value, int at, string name) => Encoding.ASCII.GetBytes(name, value.AsSpan(at, 15));
}
