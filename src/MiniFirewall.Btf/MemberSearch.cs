using System.Text;

namespace MiniFirewall.Btf;

/// <summary>Finds a member in a struct and in the structs and unions without a name inside it.</summary>
internal readonly ref struct MemberSearch(Landmarks landmarks, BtfBlob blob)
{
    // Deeper nesting and longer chains of typedefs than any kernel has; a blob that loops ends here.
    private const int MaximumDepth = 32;

    private const int PointerSize = 8;

    private readonly Landmarks _landmarks = landmarks;
    private readonly BtfBlob _blob = blob;

    /// <param name="path">A member's name, or names joined by dots where members of members are meant.</param>
    public KernelMember? Run(int id, string path)
    {
        var place = new Place((uint)id, 0, 0);
        foreach (string name in path.Split('.'))
        {
            if (Container(place.Type) is not uint container || Search(container, place.Bits, Encoding.UTF8.GetBytes(name), 0) is not Place found)
            {
                return null;
            }

            place = found;
        }

        return Describe(place.Type, place.Bits, place.BitSize);
    }

    private Place? Search(uint id, uint baseBits, ReadOnlySpan<byte> name, int depth)
    {
        RequireDepth(depth, id);
        int start = _landmarks.StartOf(_blob, id);
        var info = new BtfTypeInfo(_blob.Word(start + 1));
        for (int i = 0; i < info.Count; i++)
        {
            int at = start + BtfTypeInfo.Words + (i * 3);
            uint nameOffset = _blob.Word(at);
            uint type = _blob.Word(at + 1);
            uint offset = _blob.Word(at + 2);
            uint bits = baseBits + (info.Flag ? offset & 0xffffff : offset);
            if (nameOffset == 0)
            {
                if (Container(type) is uint inner && Search(inner, bits, name, depth + 1) is Place found)
                {
                    return found;
                }
            }
            else if (_blob.NameIs(nameOffset, name))
            {
                return new(type, bits, info.Flag ? offset >> 24 : 0);
            }
        }

        return null;
    }

    private KernelMember Describe(uint type, uint bits, uint bitSize)
    {
        if (bits > int.MaxValue / 2)
        {
            throw new BtfException($"BTF member at bit {bits} is beyond any struct");
        }

        int offset = (int)(bits / 8);
        if (bitSize != 0)
        {
            int touched = (int)((bits % 8) + bitSize + 7) / 8;
            return new(offset, touched, touched, (int)bits, (int)bitSize);
        }

        if (bits % 8 != 0)
        {
            throw new BtfException($"a BTF member at bit {bits} is no bitfield");
        }

        (int size, int element) = SizeOf(type);
        return new(offset, size, element, (int)bits, 0);
    }

    /// <summary>The struct or union that a member is of, behind qualifiers; null for anything else.</summary>
    private uint? Container(uint id)
    {
        for (int depth = 0; id != 0; depth++)
        {
            RequireDepth(depth, id);
            int start = _landmarks.StartOf(_blob, id);
            BtfKind kind = new BtfTypeInfo(_blob.Word(start + 1)).Kind;
            if (!kind.IsTransparent())
            {
                return kind is BtfKind.Struct or BtfKind.Union ? id : null;
            }

            id = _blob.Word(start + 2);
        }

        return null;
    }

    private (int Size, int Element) SizeOf(uint id)
    {
        long count = 1;
        bool isArray = false;
        for (int depth = 0; ; depth++)
        {
            RequireDepth(depth, id);
            int start = _landmarks.StartOf(_blob, id);
            BtfKind kind = new BtfTypeInfo(_blob.Word(start + 1)).Kind;
            if (kind == BtfKind.Array)
            {
                isArray = true;
                id = _blob.Word(start + 3);
                count = Limit(count * _blob.Word(start + 5), id);
            }
            else if (kind.IsTransparent())
            {
                id = _blob.Word(start + 2);
            }
            else
            {
                int element = (int)Limit(OwnSize(kind, start), id);
                return ((int)Limit(isArray ? count * element : element, id), element);
            }
        }
    }

    private uint OwnSize(BtfKind kind, int start) => kind switch
    {
        BtfKind.Pointer => PointerSize,
        BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float => _blob.Word(start + 2),
        _ => throw new BtfException($"a BTF member is of a {kind}, which has no size"),
    };

    private static long Limit(long size, uint id) =>
        size <= int.MaxValue ? size : throw new BtfException($"BTF type {id} is of {size} bytes");

    private static void RequireDepth(int depth, uint id)
    {
        if (depth > MaximumDepth)
        {
            throw new BtfException($"BTF types nest too deep, or in a ring, at type {id}");
        }
    }

    /// <summary>A member's type, its first bit from the start of the outermost struct, and of a bitfield its bits.</summary>
    private readonly record struct Place(uint Type, uint Bits, uint BitSize);
}
