namespace MiniFirewall.Packets;

/// <summary>Whom a frame was for, as its link layer saw it. Values are the kernel's PACKET_* (include/uapi/linux/if_packet.h).</summary>
public enum LinkType : byte
{
    /// <summary>This machine; so are packets that it sends.</summary>
    Host = 0,
    Broadcast = 1,
    Multicast = 2,

    /// <summary>Another machine: seen where an interface takes every frame.</summary>
    OtherHost = 3,
    Outgoing = 4,

    /// <summary>A broadcast or multicast packet of this machine's own, on its way back to it.</summary>
    Loopback = 5,
}
