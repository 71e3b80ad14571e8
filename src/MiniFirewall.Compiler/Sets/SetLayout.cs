using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Sets;

/// <summary>
/// What a packet's look-up of sets reads, and user space changes while packets come: an arena (<see cref="WellKnownMaps.Sets"/>), that
/// is sparse memory which programs and user space share. It begins with a word a set, which says where the set's image is: whoever
/// writes that word puts another image in force. An image is a number of blocks of 4 KiB, and says where its own pieces are by
/// their distance from its beginning. All numbers are little-endian.
/// <list type="table">
/// <item>Block 0: a header for each family, and the table that finds a word's lowest bit.</item>
/// <item>Tuples: one a pair of prefix lengths that the elements have, the most specific first; each has the masks that
/// make a packet's words an element's.</item>
/// <item>The directory: words whose bits say which tuples may have an element for an address, found by a hash of its first bits.</item>
/// <item>Lines of 64 bytes, each with one to eight elements: open addressing, the next line follows a full one.</item>
/// </list>
/// An element is one, two, four or eight words. Word 0 has flags in its low bits (0 where nothing has ever been), the tuple's number
/// above them, and the first address (IPv4) or port and protocol (IPv6); it is written last, so an element is there whole or not.
/// </summary>
internal static class SetLayout
{
    internal const int BlockBytes = 4096, LineBytes = 64, LinesPerBlock = BlockBytes / LineBytes;

    /// <summary>The arena: a gigabyte, of which what is written is there. Images come after the words that say where they are.</summary>
    internal const int ArenaBlocks = 1 << 18, MostSets = SetMask + 1, FirstImageBlock = MostSets * sizeof(ulong) / BlockBytes;

    /// <summary>
    /// A set's word: its image's place in bytes in the low half, then its size in blocks, then a number that grows with each image, so
    /// that whoever copies an image sees that another took its place; 0 for no image.
    /// </summary>
    internal const int SizeShift = 32, SizeMask = (1 << 20) - 1, VersionShift = 52;

    // Block 0: headers by family, then the bit table.
    internal const int HeaderV4 = 0, HeaderV6 = 256, BitTable = 512, BitTableBytes = 64;

    // A header. Counts and sizes are 32 bits, masks and the seed 64.
    internal const int Flags = 0, TupleCount = 4, TuplesPerBit = 8, MoreLines = 12, DirectoryShift = 16, DirectoryAt = 20;
    internal const int Lines = 24, LinesAt = 28, TuplesAt = 32, Elements = 36, Tombstones = 40, WordsUsed = 44;
    internal const int Always = 48, LevelMasks = 56, Seed = 80, HeaderBytes = 88;

    // Header flags.
    internal const int HasPort = 1, TcpOrUdpOnly = 2, IsWide = 4, HasDirectory = 8;

    // A tuple: five words of masks, what word 0 has beside them, and the prefix lengths.
    internal const int TupleBytes = 64, TuplesPerBlock = BlockBytes / TupleBytes, TupleMark = 40, TupleFirstPrefix = 48, TupleSecondPrefix = 49;

    // Word 0's flags. A deleted element leaves a tombstone, so that the line stays full for look-ups.
    internal const int Used = 1, NoMatch = 2, Tombstone = 4, TupleShift = 16;

    internal const int MaxWords = 5, DirectoryLevels = 3;

    internal const ulong HashOne = 0x9E37_79B9_7F4A_7C15, HashTwo = 0xD6E8_FEB8_6659_FD93, DeBruijn = 0x03F7_9D71_B4CB_0A89;

    // The set to look into, and what its dimensions are read from: "what", the argument of the look-up function.
    internal const int SetMask = 0xffff, FirstIsSource = 1 << 16, PortIsSource = 1 << 17, SecondIsSource = 1 << 18;

    /// <summary>In "what": an element that says "no match" is what is looked for.</summary>
    internal const int WantsNoMatch = 1 << WantsNoMatchShift, WantsNoMatchShift = 19;

    /// <summary>The greatest number that <see cref="What"/> gives.</summary>
    internal const uint MostWhat = (WantsNoMatch << 1) - 1;

    internal static int HeaderOf(Family family) => family == Family.IPv4 ? HeaderV4 : HeaderV6;

    /// <summary>How many bits of an address each level of the directory is found by.</summary>
    internal static ReadOnlySpan<byte> LevelBits(Family family) => family == Family.IPv4 ? [16, 20, 24] : [32, 40, 48];

    /// <summary>Words that an element takes.</summary>
    internal static int WordsOf(SetShape shape, Family family) => family == Family.IPv4
        ? shape is { Addresses: 1, Port: SetPort.None } ? 1 : 2
        : shape.Addresses == 2 ? 8 : 4;

    /// <summary>Words of an element that say something.</summary>
    internal static int UsedWordsOf(int words) => words switch { 8 => MaxWords, 4 => 3, _ => words };

    /// <summary>What a set test's look-up is told.</summary>
    internal static uint What(SetTest test)
    {
        uint what = (uint)test.Set | (test.WantsNoMatch ? (uint)WantsNoMatch : 0);
        bool first = true;
        foreach (Field field in test.Dimensions)
        {
            what |= field switch
            {
                Field.Source => first ? FirstIsSource : (uint)SecondIsSource,
                Field.SourcePort => PortIsSource,
                _ => 0,
            };
            first &= field is not (Field.Source or Field.Destination);
        }

        return what;
    }
}
