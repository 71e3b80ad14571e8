using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>An image's programs of ops.</summary>
internal sealed class ProgramStore(ImageMemory image, SpareRoom room)
{
    private uint MostOps => image.U32(image.Layout.Changes + ChangeFormat.MostOps);

    /// <summary>
    /// The index of the program's first op, be it new or one that is there; null where there is no room, or the kernel's programs would
    /// not come to its end.
    /// </summary>
    internal int? Add(byte[] program)
    {
        if (Find(program) is { } known)
        {
            return known;
        }

        int count = program.Length / OpFormat.Size;
        if (!room.Has(ops: count) || (MostOps != 0 && count > MostOps))
        {
            return null;
        }

        int first = room.TakeOps(count);
        program.CopyTo(image.At(image.Layout.Ops + (first * OpFormat.Size), program.Length));
        return first;
    }

    /// <summary>The shape whose program this is; the one of a record's own where there is none.</summary>
    internal ushort ShapeOf(int program)
    {
        for (int shape = 1; shape < ImageFormat.MaxShapes && image.U32(image.Layout.Shapes + (shape * 4)) is var known and not 0; shape++)
        {
            if (known == program)
            {
                return (ushort)shape;
            }
        }

        return ImageFormat.ShapeInRecord;
    }

    /// <summary>Ops lead to one another by distance, so any place where the same ops stand is as good.</summary>
    private int? Find(byte[] program)
    {
        ReadOnlySpan<byte> used = image.At(image.Layout.Ops, room.UsedOps * OpFormat.Size);
        for (int at = OpFormat.Size; at + program.Length <= used.Length; at += OpFormat.Size)
        {
            if (used.Slice(at, program.Length).SequenceEqual(program))
            {
                return at / OpFormat.Size;
            }
        }

        return null;
    }
}
