using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A set's elements as packets find and change them: the reference meaning (net/netfilter/ipset/ip_set_hash_gen.h, mtype_test,
/// mtype_add, mtype_del; ip_set_core.c, ip_set_match_extensions).
/// </summary>
public sealed class DynamicSetTable
{
    private readonly DynamicSet _set;
    private readonly Dictionary<SetElement, Entry> _entries = [];
    private ulong _lastClearing;

    public DynamicSetTable(DynamicSet set, SetContents contents, KernelClock clock)
    {
        _set = set;
        foreach ((SetElement element, SetElementState state) in contents.Elements)
        {
            uint seconds = state.Seconds ?? set.Details.Timeout ?? 0;
            _entries[element.WithoutFlag()] = new Entry
            {
                NoMatch = element.NoMatch,
                Packets = state.Packets,
                Bytes = state.Bytes,
                Expires = seconds == 0 ? null : clock.Jiffies + (seconds * (ulong)clock.Hertz),
            };
        }
    }

    /// <summary>Elements, those among them whose time is over but which nobody has cleared away.</summary>
    public int Count => _entries.Count;

    /// <summary>The packet fields that an element is made of.</summary>
    public static ImmutableArray<Field> FieldsOf(SetShape shape) =>
    [
        .. shape.Addresses > 0 ? (ReadOnlySpan<Field>)[Field.Source, Field.Destination] : [],
        .. shape.Port != SetPort.None
            ? (ReadOnlySpan<Field>)[Field.Protocol, Field.FragmentOffset, Field.ChainBroken, Field.TransportLength, Field.SourcePort, Field.DestinationPort]
            : [],
    ];

    /// <summary>Whether the packet is in the set; every element that is looked at on the way counts it.</summary>
    public bool Ask(DynamicSetTest question, Packet packet)
    {
        if (PacketElement.Of(packet, _set.Shape, question.Sources) is not { } key)
        {
            return false;
        }

        foreach (byte first in PrefixesOf(packet.Family, isFirst: true))
        {
            foreach (byte second in PrefixesOf(packet.Family, isFirst: false))
            {
                if (_entries.TryGetValue(Cut(key, packet.Family, first, second), out Entry? entry) && Meets(question, entry, packet))
                {
                    return entry.NoMatch == (question.WantsNoMatch && _set.HasNetworks);
                }
            }
        }

        return false;
    }

    /// <summary>Puts the packet's element in or takes it out.</summary>
    public void Change(DynamicSetChange question, Packet packet)
    {
        if (PacketElement.Of(packet, _set.Shape, question.Sources) is not { } whole || (_set.RefusesZero && whole.First == 0))
        {
            return;
        }

        SetElement key = Cut(whole, packet.Family, PrefixesOf(packet.Family, isFirst: true)[0], PrefixesOf(packet.Family, isFirst: false)[0]);
        _entries.TryGetValue(key, out Entry? entry);
        bool isOver = entry is not null && IsOver(entry, packet.Clock);
        if (question.Removes)
        {
            if (!isOver)
            {
                _entries.Remove(key);
            }

            return;
        }

        bool isInRange = _set.Shape.Port != SetPort.TcpOrUdp || (key.Port >= _set.Details.LowestPort && key.Port <= _set.Details.HighestPort);
        if (!isInRange || (entry is not null && !isOver && !question.Renews) || (entry is null && !HasRoom(packet.Clock)))
        {
            return;
        }

        uint seconds = _set.Details.Timeout is { } usual ? question.Seconds ?? usual : 0;
        _entries[key] = new Entry
        {
            Packets = 1,
            Bytes = (ulong)packet.Bytes.Length,
            Expires = seconds == 0 ? null : packet.Clock.Jiffies + (Math.Min(seconds, SetDetails.MostSeconds) * (ulong)packet.Clock.Hertz),
        };
    }

    /// <summary>A full set is cleared of what is over, once a second at most; the kernel's own clears a part of it each time.</summary>
    private bool HasRoom(KernelClock clock)
    {
        if (_entries.Count >= _set.Details.Most && _set.Details.Timeout is not null && clock.Jiffies - _lastClearing >= (ulong)clock.Hertz)
        {
            _lastClearing = clock.Jiffies;
            foreach (SetElement over in _entries.Where(entry => IsOver(entry.Value, clock)).Select(entry => entry.Key).ToArray())
            {
                _entries.Remove(over);
            }
        }

        return _entries.Count < _set.Details.Most;
    }

    private bool Meets(DynamicSetTest question, Entry entry, Packet packet)
    {
        if (IsOver(entry, packet.Clock))
        {
            return false;
        }

        if (!_set.Details.Counts)
        {
            return true;
        }

        entry.Packets += question.KeepsCounters ? 0 : 1UL;
        entry.Bytes += question.KeepsCounters ? 0 : (ulong)packet.Bytes.Length;
        return question.Packets?.Holds(entry.Packets) != false && question.Bytes?.Holds(entry.Bytes) != false;
    }

    private static bool IsOver(Entry entry, KernelClock clock) => entry.Expires is { } end && unchecked((long)(clock.Jiffies - end)) > 0;

    /// <summary>The prefix lengths that elements of the family have, the longest first; a whole address where they have none.</summary>
    private byte[] PrefixesOf(Family family, bool isFirst)
    {
        byte whole = (byte)DynamicSet.WidthOf(family);
        byte none = _set.Shape.Addresses > (isFirst ? 0 : 1) ? whole : (byte)0;
        if (!(isFirst ? _set.FirstIsNetwork : _set.SecondIsNetwork))
        {
            return [none];
        }

        byte[] lengths = [.. _entries.Keys.Where(key => key.Families.Has(family)).Select(key => isFirst ? key.FirstPrefix : key.SecondPrefix).Distinct().OrderDescending()];
        return lengths.Length == 0 ? [none] : lengths;
    }

    private static SetElement Cut(SetElement key, Family family, byte first, byte second) => key with
    {
        First = Cut(key.First, family, first),
        FirstPrefix = first,
        Second = Cut(key.Second, family, second),
        SecondPrefix = second,
    };

    private static UInt128 Cut(UInt128 address, Family family, int prefix)
    {
        int rest = DynamicSet.WidthOf(family) - prefix;
        return rest >= 128 ? 0 : address >> rest << rest;
    }

    private sealed class Entry
    {
        internal bool NoMatch { get; init; }

        internal ulong Packets { get; set; }

        internal ulong Bytes { get; set; }

        /// <summary>Null for never.</summary>
        internal ulong? Expires { get; init; }
    }
}
