using System.Buffers.Binary;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>A table of connections in memory that a test fills by hand.</summary>
internal sealed class HandTable
{
    internal const ulong Now = 5_000_000_000;

    internal const int Hertz = 1000;

    private readonly byte[] _value;

    internal HandTable(int buckets = ConnectionTable.FewestBuckets)
    {
        _value = new byte[ConnectionTable.Size(buckets)];
        Memory = new(_value);
    }

    internal TableMemory Memory { get; }

    /// <summary>Puts a connection at a place.</summary>
    internal void Put(int place, Entry entry, uint tag = 7777, uint rank = 99)
    {
        (int bucket, int way) = (place / ConnectionTable.Ways, place % ConnectionTable.Ways);
        BinaryPrimitives.WriteUInt32LittleEndian(_value.AsSpan((bucket * ConnectionTable.HeaderSize) + ConnectionTable.Tags + (4 * way)), tag);
        BinaryPrimitives.WriteUInt32LittleEndian(_value.AsSpan(RankOf(place)), rank);
        Span<byte> written = stackalloc byte[ConnectionEntry.Size];
        written.Clear();
        entry.Write(written);
        for (int at = 0; at < ConnectionEntry.Size; at += 8)
        {
            written.Slice(at, 8).CopyTo(_value.AsSpan(ConnectionTable.PartAt(Memory.Buckets, bucket, way, at)));
        }
    }

    internal uint RankAt(int place) => BinaryPrimitives.ReadUInt32LittleEndian(_value.AsSpan(RankOf(place)));

    private int RankOf(int place) =>
        ConnectionTable.RanksAt(Memory.Buckets) + (place / ConnectionTable.Ways * ConnectionTable.HeaderSize) + (4 * (place % ConnectionTable.Ways));

    internal ConnectionWalk Walk(ulong now = Now) => new(Memory, now);

    /// <summary>The only connection of a table that has but this one.</summary>
    internal static Connection Only(Entry entry)
    {
        var table = new HandTable();
        table.Put(300, entry);
        ConnectionWalk walk = table.Walk();
        return walk.MoveNext() ? walk.Current : throw new InvalidOperationException("no connection");
    }

    /// <summary>An entry in words.</summary>
    /// <param name="Source">Of the first packet.</param>
    /// <param name="Seconds">Left.</param>
    internal sealed record Entry(byte Protocol, string Source, ushort SourcePort, string Destination, ushort DestinationPort, int Seconds = 100)
    {
        internal byte State { get; init; }

        internal bool Replied { get; init; }

        internal bool Assured { get; init; }

        internal uint Mark { get; init; }

        internal ulong Age { get; init; }

        internal Traffic Original { get; init; }

        internal Traffic Reply { get; init; }

        internal void Write(Span<byte> entry)
        {
            Family family = Source.Contains(':') ? Family.IPv6 : Family.IPv4;
            UInt128 source = AddressText.Parse(family, Source), destination = AddressText.Parse(family, Destination);
            bool isQuery = Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6;
            bool swaps = !isQuery && (source > destination || (source == destination && SourcePort > DestinationPort));
            WriteEnd(entry, ConnectionTuple.FirstHigh, ConnectionTuple.FirstPort, swaps ? destination : source, swaps ? DestinationPort : SourcePort);
            WriteEnd(entry, ConnectionTuple.SecondHigh, ConnectionTuple.SecondPort, swaps ? source : destination, swaps ? SourcePort : DestinationPort);
            entry[ConnectionEntry.Of(ConnectionTuple.Protocol)] = Protocol;
            entry[ConnectionEntry.Of(ConnectionTuple.Family)] = (byte)family;
            Long(entry, ConnectionEntry.Expires, Seconds < 0 ? 0 : Now + ((ulong)Seconds * Hertz));
            Long(entry, ConnectionEntry.Begins, Now - (Age * Hertz));
            BinaryPrimitives.WriteInt32LittleEndian(
                entry[ConnectionEntry.Flags..],
                (swaps ? ConnectionEntry.BeganSwapped : 0) | (Replied ? ConnectionEntry.SeenReply : 0) | (Assured ? ConnectionEntry.Assured : 0));
            entry[ConnectionEntry.State] = State;
            BinaryPrimitives.WriteUInt32LittleEndian(entry[ConnectionEntry.Mark..], Mark);
            WriteTraffic(entry, 0, Original);
            WriteTraffic(entry, 1, Reply);
        }

        private static void WriteEnd(Span<byte> entry, int high, int port, UInt128 address, ushort number)
        {
            Long(entry, ConnectionEntry.Of(high), (ulong)(address >> 64));
            Long(entry, ConnectionEntry.Of(high + 8), (ulong)address);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[ConnectionEntry.Of(port)..], number);
        }

        private static void WriteTraffic(Span<byte> entry, int direction, Traffic traffic)
        {
            int half = direction * ConnectionEntry.PacketsSize;
            BinaryPrimitives.WriteUInt32LittleEndian(entry[(ConnectionEntry.Packets + half)..], (uint)traffic.Packets);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[(ConnectionEntry.PacketsHigh + half)..], (uint)(traffic.Packets >> 32));
            Long(entry, ConnectionEntry.Bytes + (direction * ConnectionEntry.BytesSize), traffic.Bytes);
        }

        private static void Long(Span<byte> entry, int at, ulong number) => BinaryPrimitives.WriteUInt64LittleEndian(entry[at..], number);
    }
}
