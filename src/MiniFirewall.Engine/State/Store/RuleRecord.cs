using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// A rule that came after the store was made, or something that happened to a chain since: 40 bytes, little-endian. Records are filled
/// in their order and never used again. Its first word is written last: until then there is no record.
/// </summary>
/// <param name="From">The epoch from which on the rule is in force; 0 where there is no record.</param>
/// <param name="Until">The epoch from which on it is not.</param>
/// <param name="Label">Its order in its chain; where the record says something of a chain that there was before, that chain's number.</param>
/// <param name="Chain">The number of the rule's chain, or what the record says of a chain itself.</param>
/// <param name="TextAt">Where its text begins among the texts of records.</param>
/// <param name="RefusedHooks">The hooks (<see cref="HookBounds"/>) whose packets must not meet the rule.</param>
internal readonly record struct RuleRecord(
    uint From, uint Until, FamilySet Families, uint Label, int Chain, uint Hash, RuleSlots Slots, int TextAt, int TextLength, byte RefusedHooks)
{
    /// <summary>Bytes.</summary>
    internal const int Size = 40;

    internal const int EndAt = 4;

    /// <summary>
    /// In the place of a chain's number: the record makes a chain, and its text is the chain's name. Where its label is not 0, another chain was made with that
    /// name (<see cref="TargetNames.MadeApart"/>).
    /// </summary>
    internal const int ChainItself = -1;

    /// <summary>Likewise: a chain is none of the record's families any more; one of no family is no more. It has no rules of theirs, and none go to it.</summary>
    internal const int ChainEnded = -2;

    /// <summary>Likewise: a chain is called what the record's text says. Rules' texts go on calling it what they did (<see cref="TargetNames"/>).</summary>
    internal const int ChainRenamed = -3;

    /// <summary>Likewise: a chain that there is for the other family becomes one of the record's families too, without rules of theirs.</summary>
    internal const int ChainShared = -4;

    internal static RuleRecord Read(ReadOnlySpan<byte> record)
    {
        uint from = Volatile.Read(in MemoryMarshal.AsRef<uint>(record));
        uint end = Volatile.Read(in MemoryMarshal.AsRef<uint>(record[EndAt..]));
        uint At(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
        return new(
            from, end & RuleStoreImage.Forever, (FamilySet)(end >> RuleStoreImage.EpochBits), At(record, 8), (int)At(record, 12), At(record, 16),
            RuleSlots.Unpack(At(record, 20), At(record, 24)), (int)At(record, 28), (int)At(record, 32), (byte)At(record, 36));
    }

    internal void Write(Span<byte> record)
    {
        static void Put(Span<byte> bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[offset..], value);
        (uint v4, uint v6) = Slots.Pack();
        Put(record, EndAt, Until | ((uint)Families << RuleStoreImage.EpochBits));
        Put(record, 8, Label);
        Put(record, 12, (uint)Chain);
        Put(record, 16, Hash);
        Put(record, 20, v4);
        Put(record, 24, v6);
        Put(record, 28, (uint)TextAt);
        Put(record, 32, (uint)TextLength);
        Put(record, 36, RefusedHooks);
        Volatile.Write(ref MemoryMarshal.AsRef<uint>(record), From);
    }
}
