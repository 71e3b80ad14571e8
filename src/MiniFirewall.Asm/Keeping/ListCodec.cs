using System.Collections.Immutable;

namespace MiniFirewall.Asm.Keeping;

/// <summary>Lists as bytes: how many there are, then one after the other.</summary>
public static class ListCodec
{
    public static void Write<T>(BinaryWriter to, ImmutableArray<T> all, Action<BinaryWriter, T> write)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(write);
        to.Write(all.Length);
        foreach (T one in all)
        {
            write(to, one);
        }
    }

    public static ImmutableArray<T> Read<T>(BinaryReader from, Func<BinaryReader, T> read)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(read);
        var all = ImmutableArray.CreateBuilder<T>(from.ReadInt32());
        while (all.Count < all.Capacity)
        {
            all.Add(read(from));
        }

        return all.MoveToImmutable();
    }
}
