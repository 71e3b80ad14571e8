using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Entries' boxes for ordinary packets: what the entries say, and of residual conditions those that are one interval of one field.</summary>
internal sealed class OrdinaryBoxes : IBoxes
{
    private const int Source = 0, SourceLow = 1, Destination = 2, DestinationLow = 3, SourcePort = 4, DestinationPort = 5, Protocol = 6, First = 7;

    private readonly EntryForm[] _entries;
    private readonly StatementSides[] _sides;
    private readonly bool _isV6;
    private readonly List<TreeField> _fields;
    private readonly Dictionary<TreeField, int> _extra = [];

    /// <param name="sides">Of each entry: its statement's residual intervals.</param>
    internal OrdinaryBoxes(EntryForm[] entries, StatementSides[] sides, Family family)
    {
        _entries = entries;
        _sides = sides;
        _isV6 = family == Family.IPv6;
        KeySlot source = PacketKey.SlotOf(Field.Source, family), destination = PacketKey.SlotOf(Field.Destination, family);
        ulong word = _isV6 ? ulong.MaxValue : uint.MaxValue;
        _fields =
        [
            new(_isV6 ? source.HighOffset : source.Offset, word), new(source.Offset, word),
            new(_isV6 ? destination.HighOffset : destination.Offset, word), new(destination.Offset, word),
            new(PacketKey.SourcePort, 0xffff), new(PacketKey.DestinationPort, 0xffff), new(PacketKey.Protocol, 0xff),
        ];
    }

    public IReadOnlyList<TreeField> Fields => _fields;

    /// <summary>Makes a bucket's residual fields known; a handful at the most, the first that occur.</summary>
    internal void Prepare(int[] bucket)
    {
        const int MostExtra = 6;
        _fields.RemoveRange(First, _fields.Count - First);
        _extra.Clear();
        foreach (int entry in bucket)
        {
            foreach (SideInterval side in _sides[entry].Intervals)
            {
                if (_extra.Count < MostExtra && _extra.TryAdd(side.Field, _fields.Count))
                {
                    _fields.Add(side.Field);
                }
            }
        }
    }

    public (ulong Low, ulong High) Interval(int entry, int field, Region region)
    {
        ref readonly EntryForm form = ref _entries[entry];
        switch (field)
        {
            case Source: return Words(form.Source, form.SourceLength, high: true);
            case SourceLow: return Words(form.Source, form.SourceLength, high: false);
            case Destination: return Words(form.Destination, form.DestinationLength, high: true);
            case DestinationLow: return Words(form.Destination, form.DestinationLength, high: false);
            case SourcePort: return (form.SourcePort, (ulong)form.SourcePort + form.SourceWidth);
            case DestinationPort: return (form.DestinationPort, (ulong)form.DestinationPort + form.DestinationWidth);
            case Protocol: return form.HasProtocol ? (form.Protocol, form.Protocol) : (0UL, 0xffUL);
        }

        foreach (SideInterval side in _sides[entry].Intervals)
        {
            if (side.Field == _fields[field])
            {
                return (side.Low, side.High);
            }
        }

        return (0, _fields[field].Mask);
    }

    public bool Ends(int entry, Region region)
    {
        if (!_entries[entry].IsTerminal && !_sides[entry].EndsExactly)
        {
            return false;
        }

        for (int field = 0; field < _fields.Count; field++)
        {
            (ulong low, ulong high) = Interval(entry, field, region);
            (ulong from, ulong to) = region[field];
            if (from < low || to > high)
            {
                return false;
            }
        }

        // A side whose field the tree does not know is no reason to end.
        return _sides[entry].Intervals.All(side => _extra.ContainsKey(side.Field));
    }

    /// <summary>IPv4: both words are the address. IPv6: high and low 64 bits.</summary>
    private (ulong Low, ulong High) Words(UInt128 bits, int length, bool high)
    {
        if (!_isV6)
        {
            ulong address = (ulong)bits;
            return (address, length == 32 ? address : address | (uint.MaxValue >> length));
        }

        ulong word = high ? (ulong)(bits >> 64) : (ulong)bits;
        int fixedBits = Math.Clamp(high ? length : length - 64, 0, 64);
        return (word, fixedBits == 64 ? word : word | (ulong.MaxValue >> fixedBits));
    }
}

/// <summary>An interval of a field of the packet key.</summary>
internal readonly record struct SideInterval(TreeField Field, ulong Low, ulong High);

/// <summary>What trees may know of a statement's residual conditions.</summary>
/// <param name="EndsExactly">The intervals are all of the residual conditions, and a match decides, for as long as the image lasts.</param>
internal sealed record StatementSides(SideInterval[] Intervals, bool EndsExactly)
{
    internal static StatementSides None { get; } = new([], EndsExactly: false);

    internal static StatementSides Deciding { get; } = new([], EndsExactly: true);

    /// <summary>Those conditions that are one interval of up to 64 bits.</summary>
    internal static StatementSides Of(List<Condition> residual, Family family, bool decides)
    {
        var intervals = new List<SideInterval>();
        bool all = true;
        foreach (Condition condition in residual)
        {
            if (IntervalOf(condition, family) is { } interval)
            {
                intervals.Add(interval.Side);
                all &= interval.IsAll;
            }
            else
            {
                all = false;
            }
        }

        return new([.. intervals], all && decides);
    }

    private static (SideInterval Side, bool IsAll)? IntervalOf(Condition condition, Family family)
    {
        if (condition is RangeTest { Negated: false } range)
        {
            KeySlot slot = PacketKey.SlotOf(range.Field, family);
            return slot.Bits <= 64 && RangeSet.Normalize(range.Ranges, slot.FullMask) is [var only]
                ? (new(new(slot.Offset, (ulong)slot.FullMask), (ulong)only.Low, (ulong)only.High), true)
                : null;
        }

        return condition is FieldTest { Negated: false } test ? IntervalOf(test, PacketKey.SlotOf(test.Field, family)) : null;
    }

    /// <summary>
    /// A mask of leading ones is an interval; of 128 bits the high half, which alone is not all. Of a word of marks any mask says from which
    /// number on it can hold: trees keep packets without a mark apart from all rules with marks.
    /// </summary>
    private static (SideInterval Side, bool IsAll)? IntervalOf(FieldTest test, KeySlot slot)
    {
        UInt128 mask = FieldMasks.Effective(test, slot);
        if (FieldMasks.NeverHolds(test, mask))
        {
            return null;
        }

        bool isWide = slot.Bits > 64;
        ulong full = isWide ? ulong.MaxValue : (ulong)slot.FullMask;
        ulong half = isWide ? (ulong)(mask >> 64) : (ulong)mask, value = isWide ? (ulong)((test.Value & mask) >> 64) : (ulong)(test.Value & mask);
        ulong free = full & ~half;
        bool leads = (free & (free + 1)) == 0;
        return leads || slot.Bits == 64 ? (new(new(isWide ? slot.HighOffset : slot.Offset, full), value, value | free), leads && !isWide) : null;
    }
}
