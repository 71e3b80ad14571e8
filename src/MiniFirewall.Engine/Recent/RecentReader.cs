using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Engine.Recent;

/// <summary>Reads lists of recent addresses, each as it is at one moment.</summary>
internal static class RecentReader
{
    /// <exception cref="FirewallException">There is no such list.</exception>
    internal static BpfMap Find(RecentMaps maps, string name) => maps.ByName.TryGetValue(name, out BpfMap? map) ? map : throw new FirewallException(
        FirewallFailure.Refused,
        $"there is no list {name}: {(maps.ByName.IsEmpty ? "no rule in force names one" : $"the lists are {string.Join(", ", maps.ByName.Keys.Order(StringComparer.Ordinal))}")}");

    /// <summary>The one that was seen longest ago comes first.</summary>
    internal static ImmutableArray<RecentEntry> Read(BpfMap map)
    {
        byte[] value = RecentMaps.Read(map);
        int used = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(RecentLayout.Used)), RecentList.MostAddresses);
        return
        [
            .. Enumerable.Range(0, used)
                .Select(number => (Number: number, Ticket: Long(value, number, RecentLayout.Ticket)))
                .Where(entry => entry.Ticket != 0).OrderBy(entry => entry.Ticket).Select(entry => Read(value, entry.Number)),
        ];
    }

    private static RecentEntry Read(byte[] value, int number)
    {
        int ring = RecentLayout.StampsIn(value.Length), entry = number * RecentLayout.EntrySize;
        int count = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(entry + RecentLayout.StampCount)), ring);
        return new(
            value[entry + RecentLayout.Version] == 4 ? Family.IPv4 : Family.IPv6,
            new UInt128(Long(value, number, RecentLayout.AddressHigh), Long(value, number, RecentLayout.AddressLow)),
            value[entry + RecentLayout.Ttl],
            BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(entry + RecentLayout.Index)),
            [.. Enumerable.Range(0, count).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(RecentLayout.Stamps + (8 * ((number * ring) + i)))))]);
    }

    private static ulong Long(byte[] value, int number, int member) =>
        BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan((number * RecentLayout.EntrySize) + member));
}
