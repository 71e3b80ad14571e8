using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A table of rates, an entry for each source, destination, port or combination of them: what questions about it mean (net/netfilter/xt_hashlimit.c,
/// hashlimit_mt_common). An entry that has expired is gone; the kernel's stays until it is next looked for.
/// </summary>
public sealed class RateTable(RateSettings settings)
{
    private readonly Dictionary<(UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort), Entry> _entries = [];

    /// <summary>Whether the packet is within its rate; it is counted.</summary>
    public bool Ask(Packet packet)
    {
        (ushort First, ushort Second) ports = settings.ByPorts ? FirstPorts.Of(packet) ?? default : default;
        var key = (
            Masked(packet.Source, settings.SourcePrefix, packet.Family), Masked(packet.Destination, settings.DestinationPrefix, packet.Family),
            settings.BySourcePort ? ports.First : (ushort)0, settings.ByDestinationPort ? ports.Second : (ushort)0);
        int hertz = packet.Clock.Hertz;
        ulong now = packet.Clock.Jiffies;
        if (!_entries.TryGetValue(key, out Entry? entry) || unchecked((long)(now - entry.Expires)) >= 0)
        {
            entry = new Entry { Last = now, Credit = settings.Measures ? 0 : settings.Cap(hertz), Refills = settings.Burst };
            _entries[key] = entry;
        }

        entry.Expires = unchecked(now + settings.ExpireTicks(hertz));
        return settings.Measures ? Measure(entry, packet, now) : Pay(entry, packet, now);
    }

    private bool Measure(Entry entry, Packet packet, ulong now)
    {
        ulong passed = unchecked(now - entry.Last), interval = settings.IntervalTicks(packet.Clock.Hertz);
        if (passed != 0 && passed >= interval)
        {
            entry.WasAbove = unchecked(entry.Measured * interval > passed * settings.Rate);
            entry.Measured = 0;
            entry.Last = now;
        }

        entry.Measured += settings.CountsBytes ? (ulong)packet.Bytes.Length : 1;
        return !entry.WasAbove && entry.Measured <= settings.MostMeasured;
    }

    private bool Pay(Entry entry, Packet packet, ulong now)
    {
        int hertz = packet.Clock.Hertz;
        ulong passed = unchecked(now - entry.Last), cap = settings.Cap(hertz), cost = settings.Cost(hertz);
        ulong grown = unchecked(entry.Credit + (passed * settings.CreditPerTick(hertz)));
        bool isFull = grown > cap || (settings.CountsBytes && passed != 0 && grown <= entry.Credit);
        entry.Credit = isFull ? cap : grown;
        entry.Last = now;
        if (settings.CountsBytes)
        {
            cost = Math.Min(cap, unchecked(cost * (((uint)packet.Bytes.Length >> RateSettings.ChunkShift) + 1UL)));
            if (entry.Credit < cost && entry.Refills > 0)
            {
                entry.Refills--;
                entry.Credit = cap;
            }
        }

        bool pays = entry.Credit >= cost;
        entry.Credit -= pays ? cost : 0;
        return pays;
    }

    private static UInt128 Masked(UInt128 address, int prefix, Family family)
    {
        int width = family == Family.IPv4 ? 32 : 128;
        return prefix == 0 ? 0 : address & (UInt128.MaxValue << (width - prefix));
    }

    private sealed class Entry
    {
        internal ulong Expires { get; set; }

        internal ulong Last { get; set; }

        internal ulong Credit { get; set; }

        /// <summary>How often credit of bytes can be had anew.</summary>
        internal ulong Refills { get; set; }

        internal ulong Measured { get; set; }

        internal bool WasAbove { get; set; }
    }
}
