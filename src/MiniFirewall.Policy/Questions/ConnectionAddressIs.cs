using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>An address of a connection.</summary>
public enum ConnectionEnd
{
    OriginalSource,
    OriginalDestination,
    ReplySource,
    ReplyDestination,
}

/// <summary>An address of the packet's connection is this one under a mask (net/netfilter/xt_conntrack.c, conntrack_addrcmp). Host order.</summary>
public sealed record ConnectionAddressIs(Family Family, ConnectionEnd End, UInt128 Address, UInt128 Mask) : ConnectionQuestion
{
    /// <summary>Two addresses of IPv4 are an argument; those of IPv6 are in the code.</summary>
    public override Question Code => Family == Family.IPv4 ? this with { Address = 0, Mask = 0 } : this;

    public override ulong Argument => Family == Family.IPv4 ? ((ulong)Address << 32) | (uint)Mask : 0;

    protected override bool Ask(Packet packet, PacketConnection connection)
    {
        UInt128 address = End switch
        {
            ConnectionEnd.OriginalSource => connection.Original.Source,
            ConnectionEnd.OriginalDestination => connection.Original.Destination,
            ConnectionEnd.ReplySource => connection.Reply.Source,
            _ => connection.Reply.Destination,
        };
        return ((address ^ Address) & Mask) == 0;
    }
}
