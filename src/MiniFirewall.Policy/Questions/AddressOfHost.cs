using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Which of a packet's addresses is meant.</summary>
public enum HostSide
{
    Destination,
    Source,

    /// <summary>No packet's: whether the name has any address, of whatever family.</summary>
    Either,
}

/// <summary>The packet's address is one of those that a host name has at the moment; they change while packets come.</summary>
/// <param name="Number">The name's number among those of the rule set.</param>
/// <param name="Words">Words of 64 bits that have a bit for each of the rule set's names.</param>
public sealed record AddressOfHost(string Name, int Number, int Words, HostSide Side) : Question
{
    public const int MostNames = 1 << 16;

    /// <summary>Bits of the argument, above the number.</summary>
    public const ulong SourceBit = 1 << 24, EitherBit = 1 << 25;

    /// <summary>What the name has at first.</summary>
    public HostContents Contents { get; init; } = HostContents.Empty;

    public override ImmutableArray<Field> Reads => [Field.Source, Field.Destination];

    public override Question Code => new AddressOfHost("", 0, Words, HostSide.Destination);

    public override ulong Argument => (uint)Number | Side switch { HostSide.Source => SourceBit, HostSide.Either => EitherBit, _ => 0 };

    /// <summary>The answer of the name as it is at first.</summary>
    public override bool Ask(Packet packet)
    {
        ArgumentNullException.ThrowIfNull(packet);
        return Side switch
        {
            HostSide.Either => !Contents.V4.IsEmpty || !Contents.V6.IsEmpty,
            HostSide.Source => Contents.Of(packet.Family).Contains(packet.Source),
            _ => Contents.Of(packet.Family).Contains(packet.Destination),
        };
    }
}

/// <summary>The addresses that a host name has at first, host order. They are no part of what is asked: two are always equal.</summary>
public sealed class HostContents(ImmutableArray<UInt128> v4, ImmutableArray<UInt128> v6) : IEquatable<HostContents>
{
    public static HostContents Empty { get; } = new([], []);

    public ImmutableArray<UInt128> V4 => v4;

    public ImmutableArray<UInt128> V6 => v6;

    public ImmutableArray<UInt128> Of(Family family) => family == Family.IPv4 ? v4 : v6;

    public bool Equals(HostContents? other) => other is not null;

    public override bool Equals(object? obj) => obj is HostContents;

    public override int GetHashCode() => 0;

    public override string ToString() => "";
}
