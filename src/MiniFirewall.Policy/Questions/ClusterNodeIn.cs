using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet's connection belongs to one of these nodes, by a hash of who began it (net/netfilter/xt_cluster.c).</summary>
/// <param name="Nodes">Bit n for node n, from 0 on.</param>
public sealed record ClusterNodeIn(uint Total, uint Nodes, uint Seed) : ConnectionQuestion
{
    protected override bool Ask(Packet packet, Connection connection)
    {
        UInt128 address = connection.Original.Source;
        uint hash = packet.Family == Family.IPv4 ? KernelHash.Of(Swap((uint)address), Seed)
            : KernelHash.Of(Swap((uint)(address >> 96)), Swap((uint)(address >> 64)), Swap((uint)(address >> 32)), Swap((uint)address), Seed);
        return ((Nodes >> (int)((ulong)hash * Total >> 32)) & 1) != 0;
    }

    /// <summary>The kernel hashes addresses as they lie in memory.</summary>
    private static uint Swap(uint word) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
}
