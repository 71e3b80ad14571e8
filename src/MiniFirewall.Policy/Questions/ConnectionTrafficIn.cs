using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>What is measured of a connection's traffic.</summary>
public enum TrafficUnit
{
    Packets,
    Bytes,

    /// <summary>Bytes a packet, rounded down; 0 without packets.</summary>
    AverageBytes,
}

/// <summary>Which packets of a connection count.</summary>
public enum TrafficDirection
{
    Original,
    Reply,
    Both,
}

/// <summary>What the packet's connection has carried, this packet included, is in a range (net/netfilter/xt_connbytes.c, connbytes_mt).</summary>
public sealed record ConnectionTrafficIn(TrafficUnit Unit, TrafficDirection Direction, ulong Low, ulong High) : ConnectionQuestion
{
    protected override bool Ask(Packet packet, PacketConnection connection)
    {
        Traffic traffic = Direction switch
        {
            TrafficDirection.Original => connection.OriginalTraffic,
            TrafficDirection.Reply => connection.ReplyTraffic,
            _ => connection.OriginalTraffic + connection.ReplyTraffic,
        };
        ulong measured = Unit switch
        {
            TrafficUnit.Packets => traffic.Packets,
            TrafficUnit.Bytes => traffic.Bytes,
            _ => traffic.Packets == 0 ? 0 : traffic.Bytes / traffic.Packets,
        };
        return measured >= Low && measured <= High;
    }
}
