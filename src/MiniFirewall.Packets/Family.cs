namespace MiniFirewall.Packets;

/// <summary>The network protocol family of a packet or a hook. Values are the kernel's NFPROTO_* (include/uapi/linux/netfilter.h).</summary>
public enum Family : byte
{
    IPv4 = 2,
    IPv6 = 10,
}

/// <summary>A set of families; a rule that names nothing of one family holds for both.</summary>
[Flags]
public enum FamilySet : byte
{
    None = 0,
    IPv4 = 1,
    IPv6 = 2,
    Both = IPv4 | IPv6,
}

public static class FamilySetExtensions
{
    public static FamilySet ToSet(this Family family) => family == Family.IPv4 ? FamilySet.IPv4 : FamilySet.IPv6;

    public static bool Has(this FamilySet set, Family family) => (set & family.ToSet()) != 0;
}
