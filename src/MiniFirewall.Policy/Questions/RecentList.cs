using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A list of recently seen addresses: what questions about it mean, in the kernel's order of things (net/netfilter/xt_recent.c). Full,
/// it loses the address that was seen longest ago.
/// </summary>
/// <param name="stamps">Times that are kept of an address, a power of two.</param>
/// <param name="mask">Bits of an address that count; of IPv4's the highest 32 of these.</param>
public sealed class RecentList(int stamps, UInt128 mask)
{
    /// <summary>Addresses that a list has room for (the module's ip_list_tot).</summary>
    public const int MostAddresses = 100;

    /// <summary>The one that was seen longest ago comes first.</summary>
    private readonly List<Entry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>The answer to a packet; the list is then as it leaves it.</summary>
    public bool Ask(RecentAddress question, Packet packet)
    {
        if (question.Action == RecentAction.Flush)
        {
            _entries.Clear();
            return true;
        }

        byte ttl = question.IsByHand ? (byte)0 : TtlBeforeForwarding(packet);
        UInt128 address = AddressOf(question, packet);
        Entry? entry = _entries.Find(e => e.Is(packet.Family, address) && (!question.ComparesTtl || ttl == 0 || e.Ttl == 0 || e.Ttl == ttl));
        if (entry is not null)
        {
            return Meet(question, entry, ttl, packet.Clock);
        }

        if (question.Action == RecentAction.Set)
        {
            Add(new Entry(packet.Family, address, ttl, stamps), packet.Clock.Jiffies);
        }

        return (question.Action == RecentAction.Set) != question.Negated;
    }

    private bool Meet(RecentAddress question, Entry entry, byte ttl, KernelClock clock)
    {
        bool found = true;
        if (question.Action == RecentAction.Remove)
        {
            _entries.Remove(entry);
        }
        else if (question.Action != RecentAction.Set)
        {
            // The kernel multiplies in 32 bits.
            ulong since = unchecked(clock.Jiffies - (question.Seconds * (uint)clock.Hertz));
            int counted = entry.Stamps.Count(stamp => question.Seconds == 0 || !IsAfter(since, stamp));
            found = counted >= Math.Max(1, (int)question.Hits);
            Reap(question, entry, since, found != question.Negated);
        }

        bool answer = found != question.Negated;
        if (question.Action == RecentAction.Set || (question.Action == RecentAction.Update && answer))
        {
            See(entry, clock.Jiffies);
            entry.Ttl = question.IsByHand ? entry.Ttl : ttl;
        }

        return answer;
    }

    private void Reap(RecentAddress question, Entry working, ulong since, bool answer)
    {
        bool isUpdated = question.Action == RecentAction.Update && answer && _entries[0] == working;
        if (question.Reaps && !isUpdated && IsAfter(since, _entries[0].Last))
        {
            _entries.RemoveAt(0);
        }
    }

    private void Add(Entry entry, ulong now)
    {
        if (_entries.Count == MostAddresses)
        {
            _entries.RemoveAt(0);
        }

        _entries.Add(entry);
        entry.See(now);
    }

    private void See(Entry entry, ulong now)
    {
        entry.See(now);
        _entries.Remove(entry);
        _entries.Add(entry);
    }

    private UInt128 AddressOf(RecentAddress question, Packet packet)
    {
        UInt128 address = question.ByDestination ? packet.Destination : packet.Source;
        return question.IsByHand ? address : address & (packet.Family == Family.IPv4 ? mask >> 96 : mask);
    }

    /// <summary>A packet that is forwarded has lost one already.</summary>
    private static byte TtlBeforeForwarding(Packet packet) =>
        unchecked((byte)(packet.HopLimit + (packet.OutInterface.Length > 0 && packet.Socket is null ? 1 : 0)));

    /// <summary>time_after: the clock may have wrapped between the two.</summary>
    private static bool IsAfter(ulong time, ulong other) => unchecked((long)(other - time)) < 0;

    private sealed class Entry(Family family, UInt128 address, byte ttl, int most)
    {
        private int _next;

        internal byte Ttl { get; set; } = ttl;

        internal List<ulong> Stamps { get; } = [];

        internal ulong Last => Stamps[_next - 1];

        internal bool Is(Family otherFamily, UInt128 other) => family == otherFamily && address == other;

        internal void See(ulong now)
        {
            _next &= most - 1;
            if (_next == Stamps.Count)
            {
                Stamps.Add(now);
            }
            else
            {
                Stamps[_next] = now;
            }

            _next++;
        }
    }
}
