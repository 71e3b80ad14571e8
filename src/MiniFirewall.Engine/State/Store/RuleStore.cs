using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// The rules of a generation as the kernel holds them: the value of the map "rules", and the epoch that says which of them are
/// in force. Finds a rule, and takes a change of one, without looking at the others' texts. What is read of it is what was in force when it was
/// opened, or since its own last change: chains, their names, rules and policies of one moment. Reading waits for nobody: what is
/// in force at an epoch stays readable for as long as the generation is. Changing asks for the namespace's lock, from before it is opened.
/// </summary>
internal sealed class RuleStore
{
    private readonly Memory<byte> _value;
    private readonly EpochWord _epoch;
    private readonly ChainsInForce _chains;
    private readonly ImmutableArray<StoredChain> _made;
    private (int Index, RuleChunk Chunk)? _unpacked;

    private RuleStore(Memory<byte> value, EpochWord epoch, StoreHeader header, ImmutableArray<StoredChain> chains, ImmutableArray<StoredName> names)
    {
        _value = value;
        _epoch = epoch;
        (Epoch, ChangedPolicies) = epoch.Moment();
        Header = header;
        Names = names;
        _made = chains;
        _chains = ChainsInForce.Of(chains, [.. Enumerable.Range(0, RecordCount).Select(RecordAt)], record => Encoding.UTF8.GetString(TextOf(record)), Epoch, header.Rules);
    }

    internal StoreHeader Header { get; }

    /// <summary>The chains of the generation that are left, with the policies that it was made with, and behind them those that came later and are in force.</summary>
    internal ImmutableArray<StoredChain> Chains => _chains.All;

    /// <summary>Whether a chain came after the generation was made.</summary>
    internal bool IsLate(int chain) => Chains[chain].Number >= _made.Length;

    /// <summary>Whether it became one of the family then, so that none of its programs knows it.</summary>
    internal bool IsLate(int chain, Family family) => IsLate(chain) || !_made[Chains[chain].Number].Chain.Families.Has(family);

    /// <summary>The record that made a chain that came later.</summary>
    internal StoredRule RecordOf(int lateChain)
    {
        int record = Chains[lateChain].Number - _made.Length;
        return new(RuleRecord.ChainItself, ~record, 0, RecordAt(record).Families);
    }

    /// <summary>The host names of the rules of the chunks, in their order, a source before a destination.</summary>
    internal ImmutableArray<StoredName> Names { get; }

    /// <summary>The epoch that is read.</summary>
    internal uint Epoch { get; private set; }

    /// <param name="value">The value of the map "rules", in memory that is shared with other processes.</param>
    /// <param name="epoch">The value of the map "epoch", likewise.</param>
    /// <exception cref="FirewallException">The value is of another version, or damaged.</exception>
    internal static RuleStore Open(Memory<byte> value, Memory<byte> epoch) => Guarded(() =>
    {
        StoreHeader header = StoreHeader.Read(value.Span);
        if (header.Length > value.Length || header.Labels < StoreHeader.Size || header.Rules < 0)
        {
            throw new FormatException("a header of another value");
        }

        using var reader = new BinaryReader(new MemoryStream(value.Span[header.Chains..header.Labels].ToArray()), Encoding.UTF8);
        var chains = ImmutableArray.CreateBuilder<StoredChain>();
        for (int left = Counted.Read(reader, 1); left > 0; left--)
        {
            chains.Add(StoredChain.Read(reader) with { Number = chains.Count });
        }

        var names = ImmutableArray.CreateBuilder<StoredName>();
        for (int left = Counted.Read(reader, 1); left > 0; left--)
        {
            names.Add(StoredName.Read(reader));
        }

        return new RuleStore(value, new EpochWord(epoch), header, chains.DrainToImmutable(), names.DrainToImmutable());
    });

    /// <summary>The index of a chain; null where there is none of that name.</summary>
    internal int? FindChain(string name) => _chains.Find(name);

    /// <summary>The index of the chain that was made with a name (<see cref="StoredChain.MadeName"/>); null where there is none.</summary>
    internal int? FindMadeChain(string name) => _chains.FindMade(name);

    /// <summary>The rules of a chain that are in force, in their order.</summary>
    internal IEnumerable<StoredRule> RulesOf(int chain) => RulesOf(chain, Epoch);

    /// <summary>The rules of a chain that were in force at an epoch, in their order.</summary>
    internal IEnumerable<StoredRule> RulesOf(int chain, uint epoch)
    {
        List<StoredRule> records = RecordsOf(chain, epoch);
        int next = 0;
        for (int i = Chains[chain].First; i < Chains[chain].First + Chains[chain].Count; i++)
        {
            (uint until, FamilySet families) = EndOf(i);
            if (until <= epoch)
            {
                continue;
            }

            uint label = LabelOf(i);
            while (next < records.Count && records[next].Label < label)
            {
                yield return records[next++];
            }

            yield return new StoredRule(chain, i, label, families);
        }

        while (next < records.Count)
        {
            yield return records[next++];
        }
    }

    /// <summary>Those of them that name what is beside them; no other rule's text is looked at.</summary>
    internal IEnumerable<StoredRule> NamingRulesOf(int chain, uint epoch) => RulesOf(chain, epoch).Where(IsNaming);

    /// <summary>Whether a rule names what is beside it (<see cref="NamingTexts"/>).</summary>
    internal bool IsNaming(StoredRule rule) => rule.IsRecord || Header.Marks == 0
        ? NamingTexts.Has(TextOf(rule))
        : (_value.Span[Header.Marks + (rule.Position / 8)] & (1 << (rule.Position % 8))) != 0;

    /// <summary>The rule of a place (<see cref="StoredRule.Position"/>), in force or not; null where there is none.</summary>
    internal StoredRule? RuleAt(int position)
    {
        if (position >= 0)
        {
            int chain = Enumerable.Range(0, Chains.Length).FirstOrDefault(chain => position >= Chains[chain].First && position < Chains[chain].First + Chains[chain].Count, -1);
            return chain < 0 ? null : new StoredRule(chain, position, LabelOf(position), EndOf(position).Families);
        }

        if (~position >= RecordCount || RecordAt(~position) is not { Chain: >= 0 } record)
        {
            return null;
        }

        int late = Enumerable.Range(0, Chains.Length).FirstOrDefault(chain => Chains[chain].Number == record.Chain, -1);
        return late < 0 ? null : new StoredRule(late, position, record.Label, record.Families);
    }

    /// <summary>The rule of this number, from 1, among those of a chain that hold for the family; null where there is none.</summary>
    internal StoredRule? Find(int chain, long number, Family family)
    {
        uint epoch = Epoch;
        List<StoredRule> records = RecordsOf(chain, epoch);
        records.RemoveAll(record => !record.Families.Has(family));
        ReadOnlySpan<uint> ends = EndWords;
        int next = 0;
        for (int i = Chains[chain].First; i < Chains[chain].First + Chains[chain].Count; i++)
        {
            if (!IsInForce(ends[i], epoch, family))
            {
                continue;
            }

            while (next < records.Count && records[next].Label < LabelOf(i))
            {
                if (--number == 0)
                {
                    return records[next];
                }

                next++;
            }

            if (--number == 0)
            {
                return new StoredRule(chain, i, LabelOf(i), EndOf(i).Families);
            }
        }

        return number >= 1 && number <= records.Count - next ? records[next + (int)number - 1] : null;
    }

    /// <summary>The first rule of a chain with this canonical text among those that hold for the family; null where there is none.</summary>
    internal StoredRule? FindByText(int chain, string text, Family family) => FindByText(chain, text, family, Epoch);

    /// <summary>As <see cref="FindByText(int, string, Family)"/>, of those that are in force at an epoch.</summary>
    internal StoredRule? FindByText(int chain, string text, Family family, uint epoch)
    {
        if (MadeText(text) is not { } bytes)
        {
            return null;
        }

        ulong hash = TextHash.Of(bytes);
        StoredRule? stored = FindInChunks(chain, bytes, (ushort)hash, family, epoch);
        foreach (StoredRule record in RecordsOf(chain, epoch))
        {
            if (record.Families.Has(family) && (stored is null || record.Label < stored.Value.Label) && RecordAt(~record.Position).Hash == (uint)hash
                && MadeTextOf(record).SequenceEqual(bytes))
            {
                return record;
            }
        }

        return stored;
    }

    /// <summary>How many rules of a chain hold for the family.</summary>
    internal int Count(int chain, Family family)
    {
        uint epoch = Epoch;
        int count = RecordsOf(chain, epoch).Count(record => record.Families.Has(family));
        foreach (uint end in EndWords.Slice(Chains[chain].First, Chains[chain].Count))
        {
            count += IsInForce(end, epoch, family) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The labels that a rule put before <paramref name="rule"/>, or at the end, must lie between.</summary>
    internal (uint Low, uint High) GapBefore(int chain, StoredRule? rule)
    {
        uint epoch = Epoch, low = 0, high = rule?.Label ?? uint.MaxValue;
        foreach (StoredRule record in RecordsOf(chain, epoch))
        {
            low = record.Label < high ? record.Label : low;
        }

        int first = Chains[chain].First;
        for (int i = FirstNotBelow(chain, high) - 1; i >= first; i--)
        {
            if (EndOf(i).Until > epoch)
            {
                return (Math.Max(low, LabelOf(i)), high);
            }
        }

        return (low, high);
    }

    /// <summary>The rules of a family next to one that begins with an epoch, of those in force then but for the ones that came after it; null at the chain's ends.</summary>
    internal (StoredRule? Before, StoredRule? Behind) Neighbours(StoredRule begun, Family family, uint epoch)
    {
        StoredRule? before = null;
        foreach (StoredRule rule in RulesOf(begun.Chain, epoch).Where(rule => rule.Families.Has(family) && !(rule.IsRecord && rule.Position <= begun.Position)))
        {
            if (rule.Label > begun.Label)
            {
                return (before, rule);
            }

            before = rule;
        }

        return (before, null);
    }

    /// <summary>The rule's canonical text as UTF-8, without its chain.</summary>
    internal ReadOnlySpan<byte> TextOf(StoredRule rule) => TextNow(MadeTextOf(rule));

    /// <summary>The canonical text of a rule of which a chunk or a record has this one.</summary>
    internal ReadOnlySpan<byte> TextNow(ReadOnlySpan<byte> madeText) => _chains.Targets.Now(madeText);

    /// <summary>As which a canonical text is stored, as UTF-8; null where no rule of the store can have it.</summary>
    internal byte[]? MadeText(string text) => _chains.Targets.Made(text);

    internal RuleSlots SlotsOf(StoredRule rule) =>
        rule.IsRecord ? RecordAt(~rule.Position).Slots : ChunkOf(rule.Position).SlotsOf(rule.Position % RuleChunk.Rules);

    /// <summary>The hooks (<see cref="HookBounds"/>) whose packets must not meet a rule, or of a chunk's rule those of some rule of its chain.</summary>
    internal byte RefusedHooksOf(StoredRule rule) => rule.IsRecord ? RecordAt(~rule.Position).RefusedHooks : Chains[rule.Chain].RefusedHooks;

    /// <summary>Slots that nothing has been counted in, for a rule of these families; null where there are none left.</summary>
    internal RuleSlots? FreshSlots(FamilySet families)
    {
        int next = FirstFreshSlot;
        int v4 = families.Has(Family.IPv4) ? next++ : 0;
        int v6 = families.Has(Family.IPv6) ? next++ : 0;
        return next <= Header.Capacity ? new RuleSlots(v4, v6) : null;
    }

    /// <summary>From here on no slot has ever been counted in.</summary>
    internal int FirstFreshSlot
    {
        get
        {
            int fresh = Header.FirstFreshSlot, count = RecordCount;
            for (int i = 0; i < count; i++)
            {
                RuleSlots slots = RecordAt(i).Slots;
                fresh = Math.Max(fresh, Math.Max(slots.V4, slots.V6) + 1);
            }

            return fresh;
        }
    }

    /// <summary>Starts a change. The caller holds the namespace's lock; what a writer that was killed has left is taken away first.</summary>
    internal RuleChange Begin() => new(this);

    /// <summary>How many records have been written, in force or not.</summary>
    internal int RecordCount
    {
        get
        {
            int count = 0;
            while (count < Header.RecordCapacity && Volatile.Read(in MemoryMarshal.AsRef<uint>(RecordBytes(count))) != 0)
            {
                count++;
            }

            return count;
        }
    }

    internal RuleRecord RecordAt(int index) => RuleRecord.Read(RecordBytes(index));

    internal Span<byte> RecordBytes(int index) => _value.Span.Slice(Header.Records + (index * RuleRecord.Size), RuleRecord.Size);

    internal Span<byte> RecordTexts => _value.Span.Slice(Header.Texts, Header.TextCapacity);

    /// <summary>The word with a rule's end and families.</summary>
    internal ref uint EndWord(int position) => ref MemoryMarshal.Cast<byte, uint>(
        position >= 0 ? _value.Span[(Header.Ends + (position * sizeof(uint)))..] : RecordBytes(~position)[RuleRecord.EndAt..])[0];

    internal Span<uint> EndWords => MemoryMarshal.Cast<byte, uint>(_value.Span.Slice(Header.Ends, Header.Rules * sizeof(uint)));

    /// <summary>The policies that had changed since the generation was made (<see cref="EpochWord.ChangedPolicies"/>), at one moment with the epoch.</summary>
    internal ulong ChangedPolicies { get; private set; }

    /// <summary>A built-in chain's verdict now. The caller holds the namespace's lock.</summary>
    internal Verdict PolicyOf(int chain, Family family) => Chains[chain].WithPolicies(ChangedPolicies).PolicyOf(family).Verdict;

    /// <summary>Puts the other verdict of a built-in chain in force.</summary>
    internal void ChangePolicy(int chain, Family family)
    {
        _epoch.ChangePolicy(Chains[chain].Chain.Hook!.Value, family);
        ChangedPolicies = _epoch.ChangedPolicies;
    }

    /// <summary>Puts an epoch in force. Chains that come, go or are renamed with it are for who opens the store anew.</summary>
    internal void SetEpoch(uint epoch) => _epoch.Value = Epoch = epoch;

    /// <summary>Unpacks a chunk.</summary>
    /// <exception cref="FirewallException">It is damaged.</exception>
    internal RuleChunk Chunk(int index) => Guarded(() =>
    {
        ReadOnlySpan<byte> value = _value.Span;
        int From(ReadOnlySpan<byte> bytes, int i) => BinaryPrimitives.ReadInt32LittleEndian(bytes[(Header.Index + (i * sizeof(uint)))..]);
        return RuleChunk.Unpack(value[From(value, index)..From(value, index + 1)], Math.Min(RuleChunk.Rules, Header.Rules - (index * RuleChunk.Rules)));
    });

    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException or InvalidDataException or OverflowException or IndexOutOfRangeException)
        {
            throw new FirewallException(FirewallFailure.Refused, "the loaded rules' stored text is damaged; apply them again", e);
        }
    }

    private RuleChunk ChunkOf(int position)
    {
        int index = position / RuleChunk.Rules;
        if (_unpacked?.Index != index)
        {
            _unpacked = (index, Chunk(index));
        }

        return _unpacked!.Value.Chunk;
    }

    private static bool IsInForce(uint end, uint epoch, Family family) =>
        (end & RuleStoreImage.Forever) > epoch && ((FamilySet)(end >> RuleStoreImage.EpochBits)).Has(family);

    /// <summary>The place of the first rule of a chain's chunks, in force or not, whose label is not below another; labels grow along a chain.</summary>
    private int FirstNotBelow(int chain, uint label)
    {
        int low = Chains[chain].First, high = low + Chains[chain].Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = LabelOf(middle) < label ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private uint LabelOf(int position) => BinaryPrimitives.ReadUInt32LittleEndian(_value.Span[(Header.Labels + (position * sizeof(uint)))..]);

    private (uint Until, FamilySet Families) EndOf(int position)
    {
        uint end = Volatile.Read(ref EndWord(position));
        return (end & RuleStoreImage.Forever, (FamilySet)(end >> RuleStoreImage.EpochBits));
    }

    private ReadOnlySpan<byte> MadeTextOf(StoredRule rule) =>
        rule.IsRecord ? TextOf(RecordAt(~rule.Position)) : ChunkOf(rule.Position).TextOf(rule.Position % RuleChunk.Rules);

    private ReadOnlySpan<byte> TextOf(RuleRecord record) => _value.Span.Slice(Header.Texts + record.TextAt, record.TextLength);

    private List<StoredRule> RecordsOf(int chain, uint epoch)
    {
        List<StoredRule> rules = [];
        int count = RecordCount, number = Chains[chain].Number;
        for (int i = 0; i < count; i++)
        {
            RuleRecord record = RecordAt(i);
            if (record.Chain == number && record.From <= epoch && epoch < record.Until)
            {
                rules.Add(new StoredRule(chain, ~i, record.Label, record.Families));
            }
        }

        rules.Sort((left, right) => left.Label.CompareTo(right.Label));
        return rules;
    }

    private StoredRule? FindInChunks(int chain, ReadOnlySpan<byte> text, ushort hash, Family family, uint epoch)
    {
        int first = Chains[chain].First, end = first + Chains[chain].Count;
        ReadOnlySpan<ushort> hashes = MemoryMarshal.Cast<byte, ushort>(_value.Span.Slice(Header.Hashes, Header.Rules * sizeof(ushort)));
        for (int at = first; at < end; at++)
        {
            int next = hashes[at..end].IndexOf(hash);
            if (next < 0)
            {
                return null;
            }

            at += next;
            (uint until, FamilySet families) = EndOf(at);
            var rule = new StoredRule(chain, at, LabelOf(at), families);
            if (until > epoch && families.Has(family) && MadeTextOf(rule).SequenceEqual(text))
            {
                return rule;
            }
        }

        return null;
    }
}
