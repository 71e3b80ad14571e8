namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>
/// The classifier's image: one value of one array map, which a program reads by direct access. All numbers are little-endian;
/// addresses and ports in them are host order. An image holds every statement of every block of one family's packet
/// programs ("chains" here), whatever the hook.
/// <para>
/// <b>Orders.</b> A chain owns the orders [First, End). A statement has one order in its chain's space, a smaller one than all
/// statements behind it. So one number says the chain and the place in it, and a look-up asks for the least order in
/// [low, end) whose statement the packet matches.
/// </para>
/// <para>
/// <b>Entries.</b> A statement's conditions on source and destination prefix, source and destination port range, and protocol
/// stand in an entry; a statement with lists of them has several entries of one order. What an entry cannot hold is a
/// program of ops (<see cref="OpFormat"/>), "residual" for ordinary packets, "full" for odd ones.
/// </para>
/// <para>
/// <b>Views.</b> The ordinary view finds entries for packets none of whose headers is cut, fragmented or broken: no
/// "drop when" step of any statement can hold for them, so conditions may be tested in any order. The odd view finds them
/// for all other packets, by addresses alone; there each candidate's steps run in the statement's own order ("full").
/// </para>
/// <para>
/// <b>Look-up.</b> A view has at most 64 tuples, sorted by MinOrder: masks for addresses, ports and protocol. The packet's
/// fields choose, by tables of bit sets (ordinary view only) and the chain's bit set, the tuples that can hold a match. For
/// each, the masked fields are hashed (<see cref="KeyHash"/>); slots from the hash's place on are read until one with the
/// hash's tag or an empty one. The slot's reference leads to a run of entries, a list of entries, or a tree that
/// ends in one of them; all are sorted by order and read until one matches or its order is no better than the best.
/// </para>
/// <para>
/// <b>Homes.</b> Runs stand in the order of their slots, each at its home (<see cref="ImageLayout.HomeOf"/>) or, where that is
/// taken, soon behind it. So a program asks the memory for what is at the home while it waits for the slot. Between runs entries
/// may be free: dead, and led to by nothing.
/// </para>
/// </summary>
public static class ImageFormat
{
    public const uint Magic = 0x4357464d; // "MFWC"
    public const uint Version = 7;

    public const int HeaderSize = 256;
    public const int MaxTuples = 64;
    public const int TupleSize = 64, ChainSize = 48, SlotSize = 8, RecordSize = 48, NodeSize = 32, RefSize = 4;
    public const int PortClasses = 256, AddressClasses = 4096, FilterKeys = 65536;

    /// <summary>Slots beyond a table's hashed range: a probe never goes round.</summary>
    public const int SlotPadding = 64;

    /// <summary>Bytes of an entry.</summary>
    public static int EntrySize(bool isV6) => isV6 ? 64 : 32;

    // A tuple. Masks of addresses: IPv4 uses the low words' low 32 bits, high words are 0. PortMask covers
    // source port | destination port << 16 | protocol << 32.
    public const int TupleSourceHigh = 0, TupleSourceLow = 8, TupleDestinationHigh = 16, TupleDestinationLow = 24;
    public const int TuplePortMask = 32, TupleSalt = 40, TupleMinOrder = 48;

    // A chain: bit sets of the tuples that hold entries of it, a salt for its keys, its orders, the hash of its name (NameHash, 0 for
    // none), the epoch of the change that brought it (0 where the image was built with it).
    public const int ChainTuples = 0, ChainOddTuples = 8, ChainSalt = 16, ChainFirst = 24, ChainEnd = 28, ChainNameHash = 32, ChainFrom = 40;

    /// <summary>The tuple that holds most of a chain's entries: a guess at what a packet comes to first, which says nothing.</summary>
    public const int ChainLikely = 44;

    /// <summary>A slot is one u64: tag in the low half (never 0 where used), reference in the high half.</summary>
    public const int SlotTag = 0, SlotReference = 4;

    // An entry's common part stands at EntryTail: ports, then what differs in offset by family.
    public const int V4Source = 0, V4Destination = 4, V4Tail = 8;
    public const int V6SourceHigh = 0, V6SourceLow = 8, V6DestinationHigh = 16, V6DestinationLow = 24, V6Tail = 32;
    public const int TailSourcePort = 0, TailSourceWidth = 2, TailDestinationPort = 4, TailDestinationWidth = 6;

    // IPv4: 32 - prefix length. IPv6: prefix length of the high and of the low word (0..64 each).
    public const int V4SourceShift = 16, V4DestinationShift = 17, V4Protocol = 18, V4ProtocolMask = 19;
    public const int V4Order = 20, V4Action = 24, V4Shape = 28, V4Flags = 30;
    public const int V6SourceLengthHigh = 40, V6SourceLengthLow = 41, V6DestinationLengthHigh = 42, V6DestinationLengthLow = 43;
    public const int V6Protocol = 44, V6ProtocolMask = 45, V6Order = 48, V6Action = 52, V6Shape = 56, V6Flags = 58;

    // An entry's flags: the run ends here; odd packets only find it; the tuples that find it, six bits each. Programs read the first alone.
    public const int LastOfRun = 1, OddOnly = 1 << 13;
    public const int TupleShift = 1, OddTupleShift = 7;

    // An action: the low two bits. 1, 2: a verdict, as in ResultCode (counter << 2 | code). 0: record's index << 2. 3: dead, never matches.
    public const uint ActionRecord = 0, ActionDead = 3;

    // References: kind in the top two bits, index below.
    public const uint KindRun = 0, KindList = 1, KindNode = 2, KindNone = 3;
    public const int KindShift = 30;
    public const uint IndexMask = (1u << KindShift) - 1;

    /// <summary>In a list's element (an entry's index): the last of its list.</summary>
    public const uint LastOfList = 1u << 31;

    // A node: (eight bytes of the key at Offset & Mask) < Threshold ? Less : NotLess. Offset is a multiple of eight; mask and
    // threshold are shifted to where the field stands in the eight bytes.
    public const int NodeMask = 0, NodeThreshold = 8, NodeLess = 16, NodeNotLess = 20, NodeOffset = 24;

    // A record: what an action cannot say. In force where From <= epoch < Until.
    public const int RecordFrom = 0, RecordUntil = 4, RecordResidual = 8, RecordResult = 12;
    public const int RecordKind = 16, RecordEmits = 17, RecordAnswer = 18, RecordChain = 20, RecordFull = 24;

    /// <summary>The record's own order and chain: where its call comes back to.</summary>
    public const int RecordOwnOrder = 28, RecordOwnChain = 32;

    /// <summary>The program of the statement's late steps, which a packet that it is found for must match too; 0 for none.</summary>
    public const int RecordLate = 36;

    /// <summary>Index of the shape whose program stands in the entry's record.</summary>
    public const int ShapeInRecord = 0;
    public const int MaxShapes = 4096;

    /// <summary>Until of a record that nobody has ended.</summary>
    public const uint Forever = uint.MaxValue;
}

/// <summary>What a record's match does.</summary>
public enum RecordKind : byte
{
    Decide = 0,
    Continue = 1,
    Call = 2,
    TailTo = 3,
    Leave = 4,
}
