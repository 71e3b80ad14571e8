using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Engine.State.Store;

/// <summary>The addresses that a host name has in one rule; IPv4 addresses stand in the low 32 bits.</summary>
/// <param name="Rule">The rule's place among those of the chunks.</param>
/// <param name="IsLive">Its addresses are those of the map of hosts; the ones here are what was known when the rules were applied.</param>
internal sealed record StoredName(int Rule, string Name, bool IsLive, ImmutableArray<UInt128> V4, ImmutableArray<UInt128> V6)
{
    private const int AddressSize = 16;

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Rule);
        writer.Write(Name);
        writer.Write(IsLive);
        WriteAddresses(writer, V4);
        WriteAddresses(writer, V6);
    }

    internal static StoredName Read(BinaryReader reader) =>
        new(reader.ReadInt32(), reader.ReadString(), reader.ReadBoolean(), ReadAddresses(reader), ReadAddresses(reader));

    private static void WriteAddresses(BinaryWriter writer, ImmutableArray<UInt128> addresses)
    {
        writer.Write(addresses.Length);
        Span<byte> bytes = stackalloc byte[AddressSize];
        foreach (UInt128 address in addresses)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
            writer.Write(bytes);
        }
    }

    private static ImmutableArray<UInt128> ReadAddresses(BinaryReader reader)
    {
        var addresses = new UInt128[Counted.Read(reader, AddressSize)];
        for (int i = 0; i < addresses.Length; i++)
        {
            addresses[i] = BinaryPrimitives.ReadUInt128BigEndian(reader.ReadBytes(AddressSize));
        }

        return [.. addresses];
    }
}

/// <summary>Numbers of entries in what may be damaged.</summary>
internal static class Counted
{
    /// <exception cref="FormatException">There is no room for so many.</exception>
    internal static int Read(BinaryReader reader, int leastSize)
    {
        int count = reader.ReadInt32();
        return count >= 0 && count <= (reader.BaseStream.Length - reader.BaseStream.Position) / leastSize ? count : throw new FormatException($"{count} entries");
    }
}
