using System.Buffers.Binary;
using System.Net;
using MiniFirewall.Netlink;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Namespaces;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>Where the kernel would send a packet of this host's (rtnetlink, RTM_GETROUTE).</summary>
/// <param name="Kind">local, unicast, broadcast, multicast, or "none" where there is no way: then <paramref name="Reason"/> says why.</param>
/// <param name="Device">The interface; null where there is none.</param>
public sealed record RouteAnswer(string Kind, string? Device, string? Reason)
{
    private const ushort GetRoute = 26, Destination = 1, OutInterface = 4;
    private const int HeaderLength = 12, TypeOffset = 7;
    private const byte V4 = 2, V6 = 10;

    private static readonly string[] Kinds = ["unspecified", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit"];

    /// <summary>Asks for the calling thread's network namespace.</summary>
    public static RouteAnswer Of(Family family, UInt128 destination) => Refusals.Explained(() =>
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Route);
        Span<byte> buffer = stackalloc byte[64], address = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(address, destination);
        address = family == Family.IPv4 ? address[12..] : address;
        var message = new MessageWriter(buffer, GetRoute, MessageWriter.Request);
        message.Bytes(family == Family.IPv4 ? V4 : V6, (byte)(address.Length * 8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        message.Attribute(Destination, address);
        RouteAnswer? answer = null;
        try
        {
            NetlinkDump.Run(socket, message.Finish(), "route", (_, payload) => answer = Read(payload));
        }
        catch (SystemCallException refusal) when (WordOf(refusal.Errno) is { } word)
        {
            return new RouteAnswer("none", null, word);
        }

        return answer ?? new RouteAnswer("none", null, "the kernel names none");
    });

    private static string? WordOf(int errno) => errno switch
    {
        101 => "no route",
        113 => "the route says unreachable",
        13 => "the route says prohibit",
        22 => "the route says blackhole",
        _ => null,
    };

    private static RouteAnswer Read(ReadOnlySpan<byte> payload)
    {
        string? device = null;
        var attributes = new AttributeReader(payload.Length >= HeaderLength ? payload[HeaderLength..] : default);
        while (attributes.Next())
        {
            device = attributes.Type == OutInterface ? InterfaceNames.TryGet(attributes.Number) : device;
        }

        int kind = payload.Length > TypeOffset ? payload[TypeOffset] : 0;
        return new(kind < Kinds.Length ? Kinds[kind] : $"kind {kind}", device, null);
    }
}
