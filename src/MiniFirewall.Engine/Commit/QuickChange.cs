using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Changes one rule of the generation in force: its text and its entries are written beside what is there, for the epoch
/// after this one, and one write of eight bytes puts both in force. Nothing is compiled or loaded, nobody is waited for.
/// The caller holds the namespace's lock.
/// </summary>
internal static class QuickChange
{
    internal const string WriteTexts = "write texts", WriteEpoch = "write epoch";

    /// <summary>False where the rule set has to be applied as a whole; then every packet meets what it met before.</summary>
    /// <param name="afterStep">Called with its name after each step.</param>
    internal static bool TryMake(GenerationState generation, RuleCommand command, Action<string> afterStep)
    {
        RuleStore store = generation.Store;
        if (RuleEdit.TryStage(store, command) is not { } change)
        {
            return false;
        }

        afterStep(WriteTexts);
        if (ChangesLists(store, change) || !TryWriteImages(generation, change, afterStep))
        {
            change.Abandon();
            return false;
        }

        change.Commit();
        afterStep(WriteEpoch);
        return true;
    }

    /// <summary>
    /// Whether a rule begins or ends that names a list of recent addresses or a table of rates, which is made with the first and goes with
    /// the last. A text that only says so, such as a comment, costs no more than time.
    /// </summary>
    private static bool ChangesLists(RuleStore store, RuleChange change) =>
        change.Ended.Concat(change.Begun.Select(begun => begun.Stored)).Any(rule => NamesOne(store.TextOf(rule)));

    private static bool NamesOne(ReadOnlySpan<byte> text) => text.IndexOf("-m recent"u8) >= 0 || text.IndexOf("-m hashlimit"u8) >= 0;

    /// <summary>What a killed writer has left goes out of all images first: the epoch would put it in force too.</summary>
    private static bool TryWriteImages(GenerationState generation, RuleChange change, Action<string> afterStep)
    {
        foreach (Family family in DispatcherCompiler.Families)
        {
            using FamilyImage? image = FamilyImage.TryOpen(generation, family, change.Epoch);
            image?.Editor.Abandon();
            if (!TryWrite(generation.Store, change, family, image?.Editor))
            {
                return false;
            }

            afterStep($"write {PinNames.Image(family)}");
        }

        return true;
    }

    private static bool TryWrite(RuleStore store, RuleChange change, Family family, ImageEditor? image)
    {
        foreach (StoredRule ended in change.Ended.Where(rule => IsMet(store, rule, family) && !GoesOn(change, rule, family)))
        {
            string chain = store.Chains[ended.Chain].Chain.Name;
            if (image is null || !image.IsImageOnly(chain) || (image.FindChain(chain) is not null && !image.TryEnd(store.SlotsOf(ended).Of(family))))
            {
                return false;
            }
        }

        return change.Begun.Where(begun => begun.Rule is not null && IsMet(store, begun.Stored, family)).All(begun => TryBegin(store, change, begun, family, image));
    }

    /// <summary>Whether packets of the family can meet what a record says: a chain itself is for nobody, and so are rules of one that no rule goes to yet.</summary>
    private static bool IsMet(RuleStore store, StoredRule stored, Family family) =>
        stored.Chain != RuleRecord.ChainItself && !store.IsLate(stored.Chain) && stored.Families.Has(family);

    /// <summary>A rule of both families that is ended for one goes on for the other, as another stored rule with the same counters.</summary>
    private static bool GoesOn(RuleChange change, StoredRule ended, Family family) =>
        change.Begun.Any(begun => begun.Rule is null && begun.Stored.Label == ended.Label && begun.Stored.Chain == ended.Chain && begun.Stored.Families.Has(family));

    private static bool TryBegin(RuleStore store, RuleChange change, BegunRule begun, Family family, ImageEditor? image)
    {
        string chain = store.Chains[begun.Stored.Chain].Chain.Name;
        if (image is null || !image.IsImageOnly(chain))
        {
            return false;
        }

        if (image.FindChain(chain) is not { } number)
        {
            return true;
        }

        (StoredRule? before, StoredRule? behind) = store.Neighbours(begun.Stored.Chain, begun.Stored.Label, family, change.Epoch - 1);
        return RuleSetLowering.TryLower(chain, begun.Rule!, family, begun.Slots.Of(family)) is { } statement
            && image.TryInsert(statement, number, SlotOf(store, before, family), SlotOf(store, behind, family));
    }

    private static int SlotOf(RuleStore store, StoredRule? rule, Family family) => rule is { } stored ? store.SlotsOf(stored).Of(family) : 0;
}
