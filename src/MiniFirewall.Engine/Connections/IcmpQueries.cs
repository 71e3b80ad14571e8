using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>Types of ICMP messages that ask, and of those that answer (net/netfilter/nf_conntrack_proto_icmp.c and _icmpv6.c, invmap).</summary>
internal static class IcmpQueries
{
    private static readonly (byte Query, byte Answer)[] V4 = [(8, 0), (13, 14), (15, 16), (17, 18)];
    private static readonly (byte Query, byte Answer)[] V6 = [(128, 129), (139, 140)];

    internal static byte AnswerOf(Family family, byte query) => Array.Find(family == Family.IPv4 ? V4 : V6, pair => pair.Query == query).Answer;
}
