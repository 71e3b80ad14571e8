using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Bpf;
using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.State;

/// <summary>What a set is, but for its elements.</summary>
internal sealed record StoredSet(string Name, SetType Type, FamilySet Families, SetDetails Details, bool IsTable, bool IsDynamic);

/// <summary>
/// The one value of the pinned map "setnames": a number of sets, then name, type, families and details of each, in the order of their
/// numbers. The elements are in the images.
/// </summary>
internal static class StoredSets
{
    /// <summary>An image; a table whose elements change while packets come; one whose elements do not.</summary>
    private const byte Image = 0, Dynamic = 1, Table = 2;

    internal static BpfMap MakeMap(ImmutableArray<NamedSet> sets)
    {
        byte[] value = Encode(sets);
        BpfMap map = BpfMap.Create(new MapSpec(PinNames.SetNames, MapType.Array, 4, value.Length, 1));
        try
        {
            map.Update(new byte[map.KeySize], value);
            map.Freeze();
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    internal static ImmutableArray<StoredSet> Read(BpfMap map)
    {
        var value = new byte[map.ValueSize];
        map.TryLookup(new byte[map.KeySize], value);
        return Decode(value);
    }

    internal static byte[] Encode(ImmutableArray<NamedSet> sets)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(sets.Length);
        foreach (NamedSet set in sets)
        {
            writer.Write(set.Name);
            writer.Write(set.Type.Name);
            writer.Write((byte)set.Families);
            Write(writer, set.Details);
            writer.Write(set.IsDynamic ? Dynamic : set.IsTable ? Table : Image);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="FirewallException">The value is of another version, or damaged.</exception>
    internal static ImmutableArray<StoredSet> Decode(byte[] value)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(value), Encoding.UTF8);
            int count = reader.ReadInt32();
            var sets = ImmutableArray.CreateBuilder<StoredSet>();
            while (sets.Count < count)
            {
                string name = reader.ReadString(), type = reader.ReadString();
                var families = (FamilySet)reader.ReadByte();
                SetDetails details = ReadDetails(reader);
                byte kind = reader.ReadByte();
                sets.Add(new(name, SetType.Find(type) ?? throw new FormatException(type), families, details, kind != Image, kind == Dynamic));
            }

            return sets.ToImmutable();
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException)
        {
            throw new FirewallException(FirewallFailure.Refused, "the loaded sets' names are damaged; apply the rules again", e);
        }
    }

    private static void Write(BinaryWriter writer, SetDetails details)
    {
        writer.Write(details.Timeout is { } seconds ? seconds : -1L);
        writer.Write(details.Counts);
        writer.Write(details.HasComments);
        writer.Write(details.Most);
        writer.Write(details.LowestPort);
        writer.Write(details.HighestPort);
    }

    private static SetDetails ReadDetails(BinaryReader reader)
    {
        long seconds = reader.ReadInt64();
        return new(
            seconds < 0 ? null : (uint)seconds, reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadInt32(), reader.ReadUInt16(), reader.ReadUInt16());
    }
}
