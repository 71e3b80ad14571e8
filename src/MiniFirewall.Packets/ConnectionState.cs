namespace MiniFirewall.Packets;

/// <summary>What a packet is to its connection (include/uapi/linux/netfilter/nf_conntrack_common.h; the numbers are our own).</summary>
public enum ConnectionState : byte
{
    /// <summary>It begins one, or goes on where nothing has come back yet.</summary>
    New = 1,

    /// <summary>One that packets have gone both ways of, this one included.</summary>
    Established = 2,

    /// <summary>It tells of an error of one.</summary>
    Related = 3,

    /// <summary>It is of none, and begins none.</summary>
    Invalid = 4,

    /// <summary>It is of a kind that has no connections.</summary>
    Untracked = 5,
}
