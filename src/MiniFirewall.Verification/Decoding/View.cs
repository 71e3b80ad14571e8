using System.Numerics;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>One of the two views: its tuples and its slots.</summary>
internal sealed class View
{
    private readonly ImageBytes _image;
    private readonly int _slots;
    private readonly ImageTuple[] _tuples = new ImageTuple[ImageFormat.MaxTuples];

    internal View(ImageBytes image, bool isOdd)
    {
        _image = image;
        IsOdd = isOdd;
        _slots = isOdd ? image.Layout.OddSlots : image.Layout.Slots;
        Hashed = isOdd ? image.Capacity.OddSlots : image.Capacity.Slots;
        int tuples = isOdd ? image.Layout.OddTuples : image.Layout.Tuples;
        for (int t = 0; t < _tuples.Length; t++)
        {
            _tuples[t] = ImageTuple.Read(image, tuples + (t * ImageFormat.TupleSize));
        }
    }

    internal bool IsOdd { get; }

    internal string Name => IsOdd ? "odd view" : "ordinary view";

    /// <summary>The range of a hash's place.</summary>
    internal int Hashed { get; }

    /// <summary>All slots that there are.</summary>
    internal int SlotCount => Hashed + ImageFormat.SlotPadding;

    internal ref readonly ImageTuple TupleOf(int number) => ref _tuples[number];

    internal ulong Slot(int index) => _image.U64(_slots + (index * ImageFormat.SlotSize));

    internal int SlotAddress(int index) => _slots + (index * ImageFormat.SlotSize);

    /// <summary>What an entry's box is in this view: the odd one compares addresses alone.</summary>
    internal Box BoxOf(in Entry entry) => IsOdd ? entry.Box.AddressesOnly(_image.IsV6) : entry.Box;

    /// <summary>The slot that a look-up of the hash ends at; -1 where it ends at none: at an empty slot, or the table's end.</summary>
    internal int Probe(ulong hash)
    {
        uint tag = Hashing.Tag(hash);
        for (int at = Hashing.Place(hash, Hashed); at < SlotCount; at++)
        {
            ulong slot = Slot(at);
            if (slot == 0)
            {
                return -1;
            }

            if ((uint)slot == tag)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>The numbers of the bits that are set.</summary>
    internal static int NextBit(ref ulong bits)
    {
        int next = BitOperations.TrailingZeroCount(bits);
        bits &= bits - 1;
        return next;
    }
}
