namespace MiniFirewall.Packets;

/// <summary>A Netfilter hook. Values are the kernel's NF_INET_* (include/uapi/linux/netfilter.h).</summary>
public enum Hook : byte
{
    PreRouting = 0,
    LocalIn = 1,
    Forward = 2,
    LocalOut = 3,
    PostRouting = 4,
}
