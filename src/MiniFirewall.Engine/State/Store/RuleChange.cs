using System.Runtime.InteropServices;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// A change that is written beside the rules in force, for the epoch after theirs: nobody sees it until <see cref="Commit"/>,
/// and where that never comes, the next change takes it away. There is at most one at a time.
/// </summary>
internal sealed class RuleChange
{
    private readonly RuleStore _store;
    private readonly List<StoredRule> _ended = [];
    private readonly List<BegunRule> _begun = [];

    internal RuleChange(RuleStore store)
    {
        _store = store;
        Epoch = store.Epoch + 1;
        Abandon();
    }

    /// <summary>The epoch that the change will be in force from.</summary>
    internal uint Epoch { get; }

    /// <summary>The rules that end with the change, with the families that they had, and the chains that came later and end with it.</summary>
    internal IReadOnlyList<StoredRule> Ended => _ended;

    /// <summary>The rules that begin with it, and what it says of chains themselves.</summary>
    internal IReadOnlyList<BegunRule> Begun => _begun;

    /// <summary>Ends a rule for some families; for those that are left it goes on, in its place and with its counters.</summary>
    /// <returns>False where there is no room for what is left.</returns>
    internal bool TryDelete(StoredRule rule, FamilySet families)
    {
        FamilySet left = rule.Families & ~families;
        return (left == FamilySet.None || TryAdd(rule.Chain, rule.Label, left, Encoding.UTF8.GetString(_store.TextOf(rule)), Only(_store.SlotsOf(rule), left), _store.RefusedHooksOf(rule)))
            && TryEnd(rule);
    }

    private bool TryEnd(StoredRule rule)
    {
        Volatile.Write(ref _store.EndWord(rule.Position), Epoch | ((uint)rule.Families << RuleStoreImage.EpochBits));
        _ended.Add(rule);
        return true;
    }

    /// <summary>Makes an empty chain of a name that none has; false where there is no room for it.</summary>
    internal bool TryAddChain(string name, FamilySet families) =>
        TryWrite(RuleRecord.ChainItself, _store.FindMadeChain(name) is null ? 0u : 1, families, Encoding.UTF8.GetBytes(name));

    /// <summary>Has a chain be one of some families too; false where there is no room for it.</summary>
    internal bool TryShareChain(int chain, FamilySet families) => TryWrite(RuleRecord.ChainShared, (uint)_store.Chains[chain].Number, families, []);

    /// <summary>Takes away a chain of some families that has no rules of theirs, and to which none go; false where there is no room for that.</summary>
    internal bool TryDeleteChain(int chain, FamilySet families) => _store.IsLate(chain) && _store.Chains[chain].Chain.Families == families
        ? TryEnd(_store.RecordOf(chain))
        : TryWrite(RuleRecord.ChainEnded, (uint)_store.Chains[chain].Number, families, []);

    /// <summary>Gives a chain another name, that no other has; false where there is no room for it.</summary>
    /// <param name="name">One that <see cref="TargetNames"/> may tell.</param>
    internal bool TryRenameChain(int chain, string name) =>
        TryWrite(RuleRecord.ChainRenamed, (uint)_store.Chains[chain].Number, _store.Chains[chain].Chain.Families, Encoding.UTF8.GetBytes(name));

    /// <summary>Adds a rule to a chain; false where there is no room for it.</summary>
    /// <param name="label">Its order in the chain; not that of another rule that stays.</param>
    /// <param name="text">Its canonical text, in which no host name may be.</param>
    /// <param name="rule">The rule, for <see cref="Begun"/>.</param>
    internal bool TryAdd(int chain, uint label, FamilySet families, string text, RuleSlots slots, Rule rule) =>
        TryAdd(chain, label, families, text, slots, HookBounds.RefusedBy(rule), rule);

    private bool TryAdd(int chain, uint label, FamilySet families, string text, RuleSlots slots, byte refusedHooks, Rule? rule = null) =>
        _store.MadeText(text) is { } made && TryWrite(chain, label, families, made, slots, refusedHooks, rule);

    /// <summary>False where there is no room.</summary>
    /// <param name="chain">The index of a rule's chain, or what is said of a chain itself.</param>
    private bool TryWrite(int chain, uint label, FamilySet families, ReadOnlySpan<byte> text, RuleSlots slots = default, byte refusedHooks = 0, Rule? rule = null)
    {
        int count = _store.RecordCount;
        int textAt = count == 0 ? 0 : EndOfText(_store.RecordAt(count - 1));
        if (count == _store.Header.RecordCapacity || text.Length > _store.Header.TextCapacity - textAt)
        {
            return false;
        }

        var begun = new StoredRule(chain, ~count, label, families);
        text.CopyTo(_store.RecordTexts[textAt..]);
        new RuleRecord(Epoch, RuleStoreImage.Forever, families, label, begun.IsOfChainItself ? chain : _store.Chains[chain].Number, (uint)TextHash.Of(text), slots, textAt, text.Length, refusedHooks)
            .Write(_store.RecordBytes(count));
        _begun.Add(new BegunRule(rule, begun, slots));
        return true;
    }

    /// <summary>Puts the change in force: one write of eight bytes.</summary>
    internal void Commit() => _store.SetEpoch(Epoch);

    /// <summary>Takes away what has been written and is not in force.</summary>
    internal void Abandon()
    {
        _ended.Clear();
        _begun.Clear();
        for (int i = _store.RecordCount - 1; i >= 0 && _store.RecordAt(i).From >= Epoch; i--)
        {
            Volatile.Write(ref MemoryMarshal.AsRef<uint>(_store.RecordBytes(i)), 0);
        }

        foreach (ref uint end in _store.EndWords)
        {
            Restore(ref end);
        }

        int count = _store.RecordCount;
        for (int i = 0; i < count; i++)
        {
            Restore(ref _store.EndWord(~i));
        }
    }

    private void Restore(ref uint end)
    {
        uint until = end & RuleStoreImage.Forever;
        if (until >= Epoch && until != RuleStoreImage.Forever)
        {
            Volatile.Write(ref end, end | RuleStoreImage.Forever);
        }
    }

    private static int EndOfText(RuleRecord record) => record.TextAt + record.TextLength;

    private static RuleSlots Only(RuleSlots slots, FamilySet families) => new(
        families.Has(Family.IPv4) ? slots.V4 : 0, families.Has(Family.IPv6) ? slots.V6 : 0, families.Has(Family.IPv4) && slots.KeptV4, families.Has(Family.IPv6) && slots.KeptV6);
}
