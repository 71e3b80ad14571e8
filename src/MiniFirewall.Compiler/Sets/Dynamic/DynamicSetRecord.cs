using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>An element of a <see cref="DynamicSet"/> as its map has it (<see cref="DynamicSetLayout"/>).</summary>
/// <param name="Expires">Jiffies; null for never.</param>
/// <param name="IsOfFile">The rule file has it; it was put in by nobody else.</param>
public sealed record DynamicSetRecord(SetElement Element, ulong? Expires, ulong Packets, ulong Bytes, string Comment, bool IsOfFile)
{
    /// <summary>Its time is over.</summary>
    /// <param name="now">Jiffies.</param>
    public bool IsOver(ulong now) => Expires is { } end && unchecked((long)(now - end)) > 0;

    public byte[] Key(DynamicSet set) => KeyOf(Element, set);

    /// <summary>The key of an element, whatever is said of it.</summary>
    public static byte[] KeyOf(in SetElement element, DynamicSet set)
    {
        var key = new byte[DynamicSetLayout.KeyBytes(set)];
        key[DynamicSetLayout.FirstPrefix] = element.FirstPrefix;
        key[DynamicSetLayout.SecondPrefix] = element.SecondPrefix;
        key[DynamicSetLayout.Protocol] = element.Protocol;
        key[DynamicSetLayout.Version] = VersionOf(element);
        BinaryPrimitives.WriteUInt16LittleEndian(key.AsSpan(DynamicSetLayout.Port), element.Port);
        if (key.Length == DynamicSetLayout.Addresses)
        {
            return key;
        }

        if (DynamicSetLayout.IsShort(set))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(DynamicSetLayout.Addresses), (uint)element.First);
            BinaryPrimitives.WriteUInt32LittleEndian(key.AsSpan(DynamicSetLayout.Addresses + 4), (uint)element.Second);
            return key;
        }

        WriteLong(key, 0, element.First);
        if (set.Shape.Addresses > 1)
        {
            WriteLong(key, 1, element.Second);
        }

        return key;
    }

    public byte[] Value(DynamicSet set)
    {
        var value = new byte[DynamicSetLayout.ValueBytes(set)];
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(DynamicSetLayout.Expires), Expires ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(DynamicSetLayout.Packets), Packets);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(DynamicSetLayout.Bytes), Bytes);
        int flags = (Element.NoMatch ? DynamicSetLayout.NoMatch : 0) | (IsOfFile ? DynamicSetLayout.OfFile : 0);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(DynamicSetLayout.Flags), flags);
        if (set.Details.HasComments)
        {
            Encoding.UTF8.GetBytes(Comment, value.AsSpan(DynamicSetLayout.Comment, DynamicSet.MostCommentBytes));
        }

        return value;
    }

    /// <summary>Null where the element is just being made or taken away.</summary>
    public static DynamicSetRecord? Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, DynamicSet set)
    {
        ulong expires = BinaryPrimitives.ReadUInt64LittleEndian(value[DynamicSetLayout.Expires..]);
        if (expires == DynamicSetLayout.Absent)
        {
            return null;
        }

        int flags = BinaryPrimitives.ReadInt32LittleEndian(value[DynamicSetLayout.Flags..]);
        var element = new SetElement
        {
            Families = key[DynamicSetLayout.Version] switch { 4 => FamilySet.IPv4, 6 => FamilySet.IPv6, _ => FamilySet.Both },
            First = ReadAddress(key, 0, set),
            Second = ReadAddress(key, 1, set),
            FirstPrefix = key[DynamicSetLayout.FirstPrefix],
            SecondPrefix = key[DynamicSetLayout.SecondPrefix],
            Protocol = key[DynamicSetLayout.Protocol],
            Port = BinaryPrimitives.ReadUInt16LittleEndian(key[DynamicSetLayout.Port..]),
            NoMatch = (flags & DynamicSetLayout.NoMatch) != 0,
        };
        return new(
            element, expires == 0 ? null : expires,
            BinaryPrimitives.ReadUInt64LittleEndian(value[DynamicSetLayout.Packets..]), BinaryPrimitives.ReadUInt64LittleEndian(value[DynamicSetLayout.Bytes..]),
            CommentIn(value, set), (flags & DynamicSetLayout.OfFile) != 0);
    }

    private static byte VersionOf(in SetElement element) => element.Families switch { FamilySet.IPv4 => 4, FamilySet.IPv6 => 6, _ => 0 };

    private static string CommentIn(ReadOnlySpan<byte> value, DynamicSet set)
    {
        if (!set.Details.HasComments)
        {
            return "";
        }

        ReadOnlySpan<byte> text = value[DynamicSetLayout.Comment..];
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
    }

    private static void WriteLong(byte[] key, int number, UInt128 address)
    {
        int at = DynamicSetLayout.Addresses + (16 * number);
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(at), (ulong)(address >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(at + 8), (ulong)address);
    }

    private static UInt128 ReadAddress(ReadOnlySpan<byte> key, int number, DynamicSet set)
    {
        if (number >= set.Shape.Addresses)
        {
            return 0;
        }

        if (DynamicSetLayout.IsShort(set))
        {
            return BinaryPrimitives.ReadUInt32LittleEndian(key[(DynamicSetLayout.Addresses + (4 * number))..]);
        }

        ReadOnlySpan<byte> at = key[(DynamicSetLayout.Addresses + (16 * number))..];
        return new(BinaryPrimitives.ReadUInt64LittleEndian(at), BinaryPrimitives.ReadUInt64LittleEndian(at[8..]));
    }
}
