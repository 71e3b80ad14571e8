namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>
/// The section of an image that only changes read: how much of each section is in use, and what the programs over it can do.
/// All u32, little-endian, but the tests.
/// </summary>
public static class ChangeFormat
{
    public const int Size = 5120;

    /// <summary>Elements in use, from the section's start; what lies behind is free.</summary>
    public const int UsedEntries = 0, UsedRefs = 4, UsedNodes = 8, UsedRecords = 12, UsedOps = 16;

    /// <summary>How many tuples a view has; the last of them takes what fits no other one.</summary>
    public const int Tuples = 20, OddTuples = 24;

    /// <summary>A bit for each <see cref="Policy.Field"/> that the programs read.</summary>
    public const int Fields = 28;

    public const int Flags = 32, TestCount = 36, StraightCount = 40, QuestionCount = 44;

    /// <summary>Chains in use; those behind them are for chains that rules begin to go to.</summary>
    public const int UsedChains = 48;

    /// <summary>Memories of questions in use, in the map beside the image.</summary>
    public const int UsedCells = 52;

    /// <summary>How many ops the programs run for one rule at most; 0 where they run any number.</summary>
    public const int MostOps = 56;

    /// <summary>Connections that a list of counted ones has room for in the programs (<see cref="Questions.Counting.CountLayout.SlotsFor"/>); 0 where they count none.</summary>
    public const int CountSlots = 60;

    /// <summary>Statements that count connections, by which the map of counts tells them apart.</summary>
    public const int UsedCounts = 64;

    /// <summary>In the flags: every packet is odd; more chains are straight code than there is room to say; the programs can tell senders; marks
    /// change; the programs look into sets; they track connections; they hand packets to a target that takes a server's place.</summary>
    public const uint AllAreOdd = 1, StraightUnknown = 2, Answers = 4, ChangesMarks = 8, Sets = 16, Tracks = 32, HasProxy = 64;

    /// <summary>
    /// The tests that make a packet odd, eight bytes each: u16 protocol that a packet must have to meet it, or
    /// <see cref="AnyProtocol"/>; u8 field; u8 kind; u32 value.
    /// </summary>
    public const int Tests = 128, TestSize = 8, MostTests = 112;

    public const int TestProtocol = 0, TestField = 2, TestKind = 3, TestValue = 4;
    public const ushort AnyProtocol = ushort.MaxValue;

    /// <summary>
    /// The hashes of the names (<see cref="NameHash"/>) of the chains that are straight code in some program of the family:
    /// a change of the image alone would not change those.
    /// </summary>
    public const int StraightChains = Tests + (MostTests * TestSize), MostStraight = 128;

    /// <summary>The hashes of the codes of questions that the programs can ask, by their numbers.</summary>
    public const int Questions = StraightChains + (MostStraight * 8), MostQuestions = (Size - Questions) / (8 + 4);

    /// <summary>i32 for each of these: where a rule is kept that asks it, in the words of who keeps the rules.</summary>
    public const int Askers = Questions + (MostQuestions * 8);

    /// <summary>Kinds: the field is at most the value; it is the value; something that this format has no words for.</summary>
    public const byte AtMost = 0, Equal = 1, Other = 2;
}
