using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Makes the value of the map "rules" for a whole rule set, as docs/state.md describes it.</summary>
internal sealed class RuleStoreImage
{
    /// <summary>The epoch of rules that are in force until somebody says otherwise; families stand in the two bits above.</summary>
    internal const uint Forever = (1u << EpochBits) - 1;
    internal const int EpochBits = 30;

    private const int LeastRecords = 256, MostRecords = 2048, RulesPerRecord = 64, TextPerRecord = 128;

    private readonly RuleSet _rules;
    private readonly RuleLines _lines;
    private readonly ImmutableArray<RuleSlots> _slots;

    private RuleStoreImage(RuleSet rules, RuleLines lines, ImmutableArray<RuleSlots> slots)
    {
        _rules = rules;
        _lines = lines;
        _slots = slots;
    }

    /// <summary>How many rules can be added to a store of this many before all of it must be made anew.</summary>
    internal static int RecordsFor(int rules) => Math.Min(LeastRecords + (rules / RulesPerRecord), MostRecords);

    /// <param name="policies">The slots of each chain's policies.</param>
    /// <param name="slots">The slots of each rule.</param>
    /// <param name="labels">Of each rule; they grow along a chain.</param>
    /// <param name="capacity">Number of counters that the counter maps have room for.</param>
    /// <param name="firstFreshSlot">From here on no slot has been counted in.</param>
    internal static byte[] Make(
        RuleSet rules,
        RuleLines lines,
        ImmutableArray<RuleSlots> policies,
        ImmutableArray<RuleSlots> slots,
        ReadOnlySpan<uint> labels,
        int capacity,
        int firstFreshSlot,
        DateTimeOffset appliedAt)
    {
        var image = new RuleStoreImage(rules, lines, slots);
        byte[] tables = image.Tables(policies);
        byte[][] chunks = image.Chunks();
        int count = lines.Count, records = RecordsFor(count);
        int labelsAt = Align(StoreHeader.Size + tables.Length);
        int endsAt = Align(labelsAt + (count * sizeof(uint)));
        int recordsAt = Align(endsAt + (count * sizeof(uint)));
        int textsAt = recordsAt + (records * RuleRecord.Size);
        int hashesAt = textsAt + (records * TextPerRecord);
        int marksAt = Align(hashesAt + (count * sizeof(ushort)));
        int indexAt = Align(marksAt + ((count + 7) / 8));
        int chunksAt = indexAt + ((chunks.Length + 1) * sizeof(uint));
        int length = chunksAt + chunks.Sum(chunk => chunk.Length);
        var header = new StoreHeader(
            appliedAt, count, capacity, firstFreshSlot, StoreHeader.Size, labelsAt, endsAt, recordsAt, records, textsAt, records * TextPerRecord,
            hashesAt, marksAt, indexAt, length);

        var value = new byte[Align(length)];
        header.Write(value);
        tables.CopyTo(value, StoreHeader.Size);
        MemoryMarshal.AsBytes(labels).CopyTo(value.AsSpan(labelsAt));
        image.WriteEnds(value.AsSpan(endsAt));
        image.WriteHashes(value.AsSpan(hashesAt));
        image.WriteMarks(value.AsMemory(marksAt));
        WriteChunks(value, indexAt, chunksAt, chunks);
        return value;
    }

    internal static int Align(int offset) => (offset + 7) & ~7;

    private byte[] Tables(ImmutableArray<RuleSlots> policies)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(_rules.Chains.Length);
        int first = 0;
        for (int i = 0; i < _rules.Chains.Length; i++)
        {
            Chain chain = _rules.Chains[i];
            new StoredChain(chain, policies[i], first, chain.Rules.Length)
            {
                Targets = [.. TargetsOf(chain).Distinct()],
                RefusedHooks = chain.Rules.Aggregate((byte)0, (refused, rule) => (byte)(refused | HookBounds.RefusedBy(rule))),
            }.Write(writer);
            first += chain.Rules.Length;
        }

        StoredName[] names = [.. Names()];
        writer.Write(names.Length);
        foreach (StoredName name in names)
        {
            name.Write(writer);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    private static IEnumerable<(string Chain, FamilySet Families)> TargetsOf(Chain chain)
    {
        foreach (Rule rule in chain.Rules)
        {
            if (rule.Target is JumpTarget jump)
            {
                yield return (jump.Chain, rule.Families);
            }
        }
    }

    /// <summary>A rule's names, a source before a destination.</summary>
    private IEnumerable<StoredName> Names()
    {
        int number = 0;
        foreach (Rule rule in _rules.Chains.SelectMany(chain => chain.Rules))
        {
            if (rule.Source is HostName source)
            {
                yield return new StoredName(number, source.Name, source.IsLive, source.V4, source.V6);
            }

            if (rule.Destination is HostName destination)
            {
                yield return new StoredName(number, destination.Name, destination.IsLive, destination.V4, destination.V6);
            }

            number++;
        }
    }

    private byte[][] Chunks()
    {
        var chunks = new byte[RuleLines.ChunksFor(_lines.Count)][];
        OnAllCpus.For(chunks.Length, chunk =>
        {
            ReadOnlySpan<int> ends = _lines.EndsOf(chunk);
            chunks[chunk] = RuleChunk.Pack(_slots.AsSpan().Slice(chunk * RuleChunk.Rules, ends.Length), _lines.TextOf(chunk), ends);
        });
        return chunks;
    }

    private void WriteEnds(Span<byte> value)
    {
        int at = 0;
        foreach (Chain chain in _rules.Chains)
        {
            foreach (Rule rule in chain.Rules)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(value[at..], Forever | ((uint)rule.Families << EpochBits));
                at += sizeof(uint);
            }
        }
    }

    private void WriteHashes(Span<byte> value)
    {
        for (int i = 0; i < _lines.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(value[(i * sizeof(ushort))..], (ushort)_lines.Hashes[i]);
        }
    }

    /// <summary>A chunk's marks are whole bytes.</summary>
    private void WriteMarks(Memory<byte> value) => OnAllCpus.For(RuleLines.ChunksFor(_lines.Count), chunk =>
    {
        Span<byte> marks = value.Span[(chunk * RuleChunk.Rules / 8)..];
        ReadOnlySpan<int> ends = _lines.EndsOf(chunk);
        for (int i = 0; i < ends.Length; i++)
        {
            int start = i == 0 ? 0 : ends[i - 1];
            marks[i / 8] |= (byte)(NamingTexts.Has(_lines.TextOf(chunk)[start..ends[i]]) ? 1 << (i % 8) : 0);
        }
    });

    private static void WriteChunks(byte[] value, int indexAt, int chunksAt, byte[][] chunks)
    {
        int at = chunksAt;
        for (int i = 0; i <= chunks.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(indexAt + (i * sizeof(uint))), at);
            if (i < chunks.Length)
            {
                chunks[i].CopyTo(value, at);
                at += chunks[i].Length;
            }
        }
    }
}
