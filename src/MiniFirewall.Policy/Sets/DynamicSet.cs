using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Sets;

/// <summary>
/// A set whose elements change while packets come: they go when their time is over, count, or are put in and taken out by packets
/// themselves. It has a table of its own; other sets are images.
/// </summary>
/// <param name="FirstIsNetwork">The first address has a prefix length of its own in each element.</param>
/// <param name="SecondIsNetwork">The same of the second.</param>
public sealed record DynamicSet(string Name, SetShape Shape, FamilySet Families, bool FirstIsNetwork, bool SecondIsNetwork, SetDetails Details)
{
    /// <summary>A comment's UTF-8 bytes at most, as ipset has it.</summary>
    public const int MostCommentBytes = 255;

    /// <summary>hash:ip has no element of zeros, so a packet from or to there changes nothing (ip_set_hash_ip.c, hash_ip4_kadt).</summary>
    public bool RefusesZero => Shape is { Addresses: 1, Port: SetPort.None } && !FirstIsNetwork;

    public bool HasNetworks => FirstIsNetwork || SecondIsNetwork;

    public static int WidthOf(Family family) => family == Family.IPv4 ? 32 : 128;
}
