using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet's connection belongs to one of these nodes, by a hash of who began it (net/netfilter/xt_cluster.c): of an IPv4 address, or
/// of the first four bytes of an IPv6 address, as they lie in memory.
/// </summary>
/// <param name="Nodes">Bit n for node n, from 0 on.</param>
public sealed record ClusterNodeIn(uint Total, uint Nodes, uint Seed) : ConnectionQuestion
{
    protected override bool Ask(Packet packet, PacketConnection connection)
    {
        uint word = (uint)(packet.Family == Family.IPv4 ? connection.Original.Source : connection.Original.Source >> 96);
        uint hash = KernelHash.Of(BinaryPrimitives.ReverseEndianness(word), Seed);
        return ((Nodes >> (int)((ulong)hash * Total >> 32)) & 1) != 0;
    }
}
