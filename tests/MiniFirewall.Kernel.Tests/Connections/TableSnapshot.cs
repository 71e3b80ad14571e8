using System.Buffers.Binary;
using MiniFirewall.Compiler.Connections;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What a walk over the table of connections finds.</summary>
/// <param name="Entries">Ways that are taken.</param>
/// <param name="Tuples">Different tuples among them.</param>
/// <param name="Hashes">Different hashes of tuples among them.</param>
/// <param name="Assured">Entries that are assured.</param>
/// <param name="Ranked">Entries whose rank says what they are: answered, assured.</param>
internal sealed record TableSnapshot(int Capacity, int Entries, int Tuples, int Hashes, int Assured, int Ranked)
{
    internal static TableSnapshot Of(ReadOnlySpan<byte> table)
    {
        int buckets = ConnectionTable.BucketsOf(table.Length), entries = 0, assured = 0, ranked = 0;
        var tuples = new HashSet<string>();
        var hashes = new HashSet<uint>();
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            ReadOnlySpan<byte> header = table.Slice(bucket * ConnectionTable.HeaderSize, ConnectionTable.HeaderSize);
            for (int way = 0; way < ConnectionTable.Ways; way++)
            {
                uint hash = BinaryPrimitives.ReadUInt32LittleEndian(header[(ConnectionTable.Tags + (4 * way))..]);
                if (hash <= ConnectionTable.Claimed)
                {
                    continue;
                }

                hashes.Add(hash);

                int Of(int at) => ConnectionTable.PartAt(buckets, bucket, way, at);
                entries++;
                tuples.Add(Tuple(table, Of));
                uint flags = BinaryPrimitives.ReadUInt32LittleEndian(table[Of(ConnectionEntry.Flags)..]);
                uint rank = BinaryPrimitives.ReadUInt32LittleEndian(table[(ConnectionTable.RanksAt(buckets) + (bucket * ConnectionTable.HeaderSize) + (4 * way))..]);
                assured += (flags & ConnectionEntry.Assured) != 0 ? 1 : 0;
                ranked += rank >> ConnectionTable.ClassShift == (flags & (ConnectionEntry.SeenReply | ConnectionEntry.Assured)) / ConnectionEntry.SeenReply ? 1 : 0;
            }
        }

        return new(buckets * ConnectionTable.Ways, entries, tuples.Count, hashes.Count, assured, ranked);
    }

    private static string Tuple(ReadOnlySpan<byte> table, Func<int, int> placeOf)
    {
        string text = "";
        for (int part = 0; part < ConnectionTuple.Size; part += 8)
        {
            text += Convert.ToHexString(table.Slice(placeOf(ConnectionEntry.Of(part)), 8));
        }

        return text;
    }
}
