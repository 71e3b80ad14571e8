namespace MiniFirewall.Packets;

/// <summary>What has happened to a connection (include/uapi/linux/netfilter/nf_conntrack_common.h, enum ip_conntrack_status).</summary>
[Flags]
public enum ConnectionStatus : byte
{
    None = 0,

    /// <summary>Another connection announced it.</summary>
    Expected = 1,

    SeenReply = 2,

    Assured = 4,

    /// <summary>Its first packet has passed.</summary>
    Confirmed = 8,

    SourceTranslated = 16,

    DestinationTranslated = 32,
}
