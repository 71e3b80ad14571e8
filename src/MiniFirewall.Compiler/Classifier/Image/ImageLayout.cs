using System.Buffers.Binary;

namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>How many of each thing an image has room for.</summary>
public sealed record ImageCapacity
{
    public required bool IsV6 { get; init; }

    public required int Chains { get; init; }

    /// <summary>The hashed range of the ordinary view's slots, without the padding.</summary>
    public required int Slots { get; init; }

    public required int OddSlots { get; init; }

    public required int Entries { get; init; }

    public required int Refs { get; init; }

    public required int Nodes { get; init; }

    public required int Records { get; init; }

    public required int Ops { get; init; }

    /// <summary>Right shift of an address's high 64 bits (IPv4: of its 32 bits) that leaves the filter's 16 bits lowest.</summary>
    public required int SourceFilterShift { get; init; }

    public required int DestinationFilterShift { get; init; }

    /// <summary>Entries a slot, in 65,536ths: see <see cref="ImageLayout.HomeOf"/>.</summary>
    public required int HomeScale { get; init; }
}

/// <summary>Where an image's sections stand, bytes from its start; follows from the capacity alone, which the header repeats.</summary>
public sealed class ImageLayout
{
    public ImageLayout(ImageCapacity capacity)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        Capacity = capacity;
        int at = ImageFormat.HeaderSize;
        Tuples = Section(ref at, ImageFormat.MaxTuples, ImageFormat.TupleSize);
        OddTuples = Section(ref at, ImageFormat.MaxTuples, ImageFormat.TupleSize);
        BitNumbers = Section(ref at, 64, 1);
        PrefixMasks = Section(ref at, 65, 8);
        ProtocolMasks = Section(ref at, 256, 8);
        SourcePortMasks = Section(ref at, ImageFormat.PortClasses, 8);
        DestinationPortMasks = Section(ref at, ImageFormat.PortClasses, 8);
        SourceMasks = Section(ref at, ImageFormat.AddressClasses, 8);
        DestinationMasks = Section(ref at, ImageFormat.AddressClasses, 8);
        SourcePortClasses = Section(ref at, ImageFormat.FilterKeys, 1);
        DestinationPortClasses = Section(ref at, ImageFormat.FilterKeys, 1);
        SourceClasses = Section(ref at, ImageFormat.FilterKeys, 2);
        DestinationClasses = Section(ref at, ImageFormat.FilterKeys, 2);
        Shapes = Section(ref at, ImageFormat.MaxShapes, 4);
        OddShapes = Section(ref at, ImageFormat.MaxShapes, OddShapeSize);
        Changes = Section(ref at, 1, ChangeFormat.Size);
        Chains = Section(ref at, capacity.Chains, ImageFormat.ChainSize);
        Slots = Section(ref at, capacity.Slots + ImageFormat.SlotPadding, ImageFormat.SlotSize);
        OddSlots = Section(ref at, capacity.OddSlots + ImageFormat.SlotPadding, ImageFormat.SlotSize);
        Entries = Section(ref at, capacity.Entries, ImageFormat.EntrySize(capacity.IsV6));
        Refs = Section(ref at, capacity.Refs, ImageFormat.RefSize);
        Nodes = Section(ref at, capacity.Nodes, ImageFormat.NodeSize);
        Records = Section(ref at, capacity.Records, ImageFormat.RecordSize);
        Ops = Section(ref at, capacity.Ops, OpFormat.Size);
        Size = at;
    }

    public ImageCapacity Capacity { get; }

    /// <summary>
    /// Where the run of a key begins whose hash leads to a place of the ordinary view, unless others are in its way. Programs read
    /// <see cref="HomeLines"/> cache lines from there on.
    /// </summary>
    public static int HomeOf(long place, int scale) => (int)((place * scale) >> HomeShift);

    /// <summary>The least number of entries that leaves every home's lines within the section.</summary>
    public static int LeastEntries(int slots, int scale) => HomeOf(slots + ImageFormat.SlotPadding, scale) + (HomeLines * 2);

    public const int HomeShift = 16, HomeLines = 2, LineSize = 64;

    /// <summary>Bytes that a program can reach (BPF_MAX_VAR_OFF, include/linux/bpf_verifier.h).</summary>
    public const int Largest = 1 << 29;

    public int Tuples { get; }

    public int OddTuples { get; }

    /// <summary>64 bytes: the number of the bit b at (b * <see cref="BitFactor"/>) >> 58.</summary>
    public int BitNumbers { get; }

    /// <summary>65 u64: the mask of n leading bits at n.</summary>
    public int PrefixMasks { get; }

    public int ProtocolMasks { get; }

    public int SourcePortMasks { get; }

    public int DestinationPortMasks { get; }

    public int SourceMasks { get; }

    public int DestinationMasks { get; }

    public int SourcePortClasses { get; }

    public int DestinationPortClasses { get; }

    public int SourceClasses { get; }

    public int DestinationClasses { get; }

    public int Shapes { get; }

    /// <summary>What each shape asks of odd packets, for changes.</summary>
    public int OddShapes { get; }

    /// <summary>What changes ask for (<see cref="ChangeFormat"/>).</summary>
    public int Changes { get; }

    public int Chains { get; }

    public int Slots { get; }

    public int OddSlots { get; }

    public int Entries { get; }

    public int Refs { get; }

    public int Nodes { get; }

    public int Records { get; }

    public int Ops { get; }

    private const int OddShapeSize = 8;

    /// <summary>Bytes of the whole.</summary>
    public int Size { get; }

    /// <summary>A de Bruijn number: a single bit times it has a different upper six bits for each bit.</summary>
    public const ulong BitFactor = 0x03f79d71b4cb0a89;

    /// <summary>Words of the header that programs read: the hashed ranges, one of eight bytes that is always zero, and one that is <see cref="PacketKey.SpareByte"/>.</summary>
    public const int SlotsWord = 4 * 4, OddSlotsWord = 5 * 4, ZeroWord = 62 * 4, SpareByteWord = 61 * 4;

    /// <summary>Writes the header.</summary>
    public void WriteHeader(Span<byte> image)
    {
        ReadOnlySpan<int> words =
        [
            unchecked((int)ImageFormat.Magic), (int)ImageFormat.Version, Capacity.IsV6 ? 6 : 4, Capacity.Chains, Capacity.Slots, Capacity.OddSlots,
            Capacity.Entries, Capacity.Refs, Capacity.Nodes, Capacity.Records, Capacity.Ops, Capacity.SourceFilterShift, Capacity.DestinationFilterShift,
            Capacity.HomeScale,
        ];
        BinaryPrimitives.WriteInt32LittleEndian(image[SpareByteWord..], PacketKey.SpareByte);
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(image[(i * 4)..], words[i]);
        }
    }

    /// <summary>The layout that an image's header tells.</summary>
    /// <exception cref="FormatException">It is no image, or of another version, or shorter than its header says.</exception>
    public static ImageLayout Read(ReadOnlySpan<byte> image)
    {
        if (image.Length < ImageFormat.HeaderSize || Word(image, 0) != unchecked((int)ImageFormat.Magic) || Word(image, 1) != (int)ImageFormat.Version)
        {
            throw new FormatException("not a classifier image of this version");
        }

        var layout = new ImageLayout(new ImageCapacity
        {
            IsV6 = Word(image, 2) == 6,
            Chains = Word(image, 3),
            Slots = Word(image, 4),
            OddSlots = Word(image, 5),
            Entries = Word(image, 6),
            Refs = Word(image, 7),
            Nodes = Word(image, 8),
            Records = Word(image, 9),
            Ops = Word(image, 10),
            SourceFilterShift = Word(image, 11),
            DestinationFilterShift = Word(image, 12),
            HomeScale = Word(image, 13),
        });
        return layout.Size <= image.Length ? layout : throw new FormatException($"an image of {layout.Size} bytes in {image.Length}");
    }

    private static int Word(ReadOnlySpan<byte> image, int index) => BinaryPrimitives.ReadInt32LittleEndian(image[(index * 4)..]);

    /// <summary>Sections start at multiples of 64: cache lines.</summary>
    private static int Section(ref int at, int count, int size)
    {
        int start = at;
        at = checked((start + (count * size) + 63) & ~63);
        return start;
    }
}
