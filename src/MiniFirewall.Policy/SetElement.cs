using MiniFirewall.Packets;

namespace MiniFirewall.Policy;

/// <summary>
/// One element of a set, 40 bytes: parts that the set's shape does not have are zero. Addresses are host order with the bits behind
/// their prefixes zero; an IPv4 address stands in the low 32 bits.
/// </summary>
public readonly record struct SetElement
{
    private readonly ulong _firstHigh, _firstLow, _secondHigh, _secondLow;

    /// <summary>The families whose packets it may fit: one where it has an address, both where it has none.</summary>
    public FamilySet Families { get; init; }

    public UInt128 First
    {
        get => new(_firstHigh, _firstLow);
        init => (_firstHigh, _firstLow) = ((ulong)(value >> 64), (ulong)value);
    }

    public UInt128 Second
    {
        get => new(_secondHigh, _secondLow);
        init => (_secondHigh, _secondLow) = ((ulong)(value >> 64), (ulong)value);
    }

    /// <summary>Bits of the first address that count.</summary>
    public byte FirstPrefix { get; init; }

    /// <summary>Bits of the second address that count.</summary>
    public byte SecondPrefix { get; init; }

    public byte Protocol { get; init; }

    public ushort Port { get; init; }

    /// <summary>What it fits is not in the set, where no more specific element says otherwise.</summary>
    public bool NoMatch { get; init; }

    /// <summary>The element whatever it says: two that differ in this only are one element.</summary>
    public SetElement WithoutFlag() => this with { NoMatch = false };
}
