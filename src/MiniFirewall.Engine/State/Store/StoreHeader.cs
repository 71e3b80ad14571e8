using System.Buffers.Binary;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// The beginning of the value of the map "rules": what it holds, and where. All offsets are bytes from the value's start, and
/// what they lead to stands in this order. Never changes.
/// </summary>
/// <param name="Rules">How many rules the chunks hold.</param>
/// <param name="Capacity">Number of counters that the counter maps have room for.</param>
/// <param name="FirstFreshSlot">From here on no slot has ever been counted in.</param>
/// <param name="Chains">Offset of the table of chains, which the table of host names follows.</param>
/// <param name="Labels">Offset of u32 a rule; a multiple of 8, as all that follow it but the chunks.</param>
/// <param name="Ends">Offset of u32 a rule: the epoch from which on it is not in force, and its families.</param>
/// <param name="Records">Offset of the records of rules that came later.</param>
/// <param name="RecordCapacity">How many records there is room for.</param>
/// <param name="Texts">Offset of the records' texts.</param>
/// <param name="TextCapacity">Bytes of room for them.</param>
/// <param name="Hashes">Offset of u16 a rule: the low bits of its <see cref="TextHash"/>.</param>
/// <param name="Marks">Offset of a bit a rule, the lowest first: whether it names what is beside it (<see cref="NamingTexts"/>); 0 where that is not known.</param>
/// <param name="Index">Offset of u32 a chunk, and one more: where in the value chunks begin and end.</param>
/// <param name="Length">Bytes of the whole value.</param>
internal readonly record struct StoreHeader(
    DateTimeOffset AppliedAt,
    int Rules,
    int Capacity,
    int FirstFreshSlot,
    int Chains,
    int Labels,
    int Ends,
    int Records,
    int RecordCapacity,
    int Texts,
    int TextCapacity,
    int Hashes,
    int Marks,
    int Index,
    int Length)
{
    /// <summary>Bytes.</summary>
    internal const int Size = 72;

    private const uint Magic = 0x37_57_46_4d; // "MFW7"

    /// <summary>The same where no chain has become one of both families, or been made beside a renamed one, and no record says which hooks its rule is not for.</summary>
    private const uint MagicWithoutHooks = 0x36_57_46_4d; // "MFW6"

    /// <summary>The same without marks: its numbers are one less.</summary>
    private const uint MagicWithoutMarks = 0x35_57_46_4d; // "MFW5"

    private const int MarksNumber = 11;

    internal void Write(Span<byte> value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(value, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(value[4..], AppliedAt.ToUnixTimeMilliseconds());
        int[] numbers =
        [
            Rules, Capacity, FirstFreshSlot, Chains, Labels, Ends, Records, RecordCapacity, Texts, TextCapacity, Hashes, Marks, Index, Length,
        ];
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(value[(12 + (4 * i))..], numbers[i]);
        }
    }

    /// <exception cref="FirewallException">It is of another version.</exception>
    /// <exception cref="ArgumentException">The value is too short.</exception>
    internal static StoreHeader Read(ReadOnlySpan<byte> value)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if (magic is not (Magic or MagicWithoutHooks or MagicWithoutMarks))
        {
            throw new FirewallException(FirewallFailure.Refused, "the loaded rules were stored by another version of minifw; apply them again");
        }

        List<int> numbers = [];
        for (int i = 0; i < (magic == MagicWithoutMarks ? 13 : 14); i++)
        {
            numbers.Add(BinaryPrimitives.ReadInt32LittleEndian(value[(12 + (4 * i))..]));
        }

        if (magic == MagicWithoutMarks)
        {
            numbers.Insert(MarksNumber, 0);
        }

        return new(
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(value[4..])),
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], numbers[8], numbers[9],
            numbers[10], numbers[11], numbers[12], numbers[13]);
    }
}
