using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State;

/// <summary>The addresses that a host name has in one rule; IPv4 addresses stand in the low 32 bits.</summary>
internal sealed record StoredName(string Name, ImmutableArray<UInt128> V4, ImmutableArray<UInt128> V6);

/// <summary>
/// All of a generation that its programs do not tell: the rules' text, what the text leaves open, where its counters are,
/// when it was applied. It is the one value of the pinned map "text"; docs/state.md has the layout.
/// </summary>
/// <param name="Slots">Of the places that have counters, in the order of <see cref="Counting.CountedPlaces"/>.</param>
/// <param name="Kept">Places that went on from the generation before; see <see cref="Counting.SlotPlan"/>.</param>
/// <param name="Families">Of the rules, in their order: those that a rule holds for follow from its names' addresses.</param>
/// <param name="Names">Of the rules' host names, in their order, a source before a destination.</param>
internal sealed record StoredRules(
    DateTimeOffset AppliedAt,
    int Capacity,
    ImmutableArray<int> Slots,
    ImmutableArray<bool> Kept,
    ImmutableArray<FamilySet> Families,
    ImmutableArray<StoredName> Names,
    string Text)
{
    private const uint Magic = 0x31_57_46_4d; // "MFW1"

    internal byte[] Encode()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(AppliedAt.ToUnixTimeMilliseconds());
        writer.Write(Capacity);
        writer.Write(Slots.Length);
        for (int i = 0; i < Slots.Length; i++)
        {
            writer.Write(Slots[i]);
            writer.Write(Kept[i]);
        }

        writer.Write(Families.Length);
        writer.Write(Families.Select(f => (byte)f).ToArray());
        writer.Write(Names.Length);
        foreach (StoredName name in Names)
        {
            writer.Write(name.Name);
            WriteAddresses(writer, name.V4);
            WriteAddresses(writer, name.V6);
        }

        writer.Write(Text);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Reads <see cref="Encode"/>'s bytes back.</summary>
    /// <exception cref="FirewallException">They are of another version, or damaged.</exception>
    internal static StoredRules Decode(byte[] value)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(value), Encoding.UTF8);
            return reader.ReadUInt32() == Magic
                ? Read(reader)
                : throw new FirewallException(FirewallFailure.Refused, "the loaded rules were stored by another version of minifw; apply them again");
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            throw new FirewallException(FirewallFailure.Refused, "the loaded rules' stored text is damaged; apply them again", e);
        }
    }

    private static StoredRules Read(BinaryReader reader)
    {
        DateTimeOffset appliedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
        int capacity = reader.ReadInt32();
        (int Slot, bool Kept)[] slots = ReadMany(reader, r => (r.ReadInt32(), r.ReadBoolean()));
        FamilySet[] families = ReadMany(reader, r => (FamilySet)r.ReadByte());
        StoredName[] names = ReadMany(reader, r => new StoredName(r.ReadString(), ReadAddresses(r), ReadAddresses(r)));
        return new(
            appliedAt, capacity, [.. slots.Select(s => s.Slot)], [.. slots.Select(s => s.Kept)], [.. families], [.. names], reader.ReadString());
    }

    private static T[] ReadMany<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > reader.BaseStream.Length)
        {
            throw new FormatException($"{count} entries");
        }

        var entries = new T[count];
        for (int i = 0; i < count; i++)
        {
            entries[i] = read(reader);
        }

        return entries;
    }

    private static void WriteAddresses(BinaryWriter writer, ImmutableArray<UInt128> addresses)
    {
        writer.Write(addresses.Length);
        Span<byte> bytes = stackalloc byte[16];
        foreach (UInt128 address in addresses)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
            writer.Write(bytes);
        }
    }

    private static ImmutableArray<UInt128> ReadAddresses(BinaryReader reader) =>
        [.. ReadMany(reader, r => BinaryPrimitives.ReadUInt128BigEndian(r.ReadBytes(16)))];
}
