using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Changes rules of the generation in force: their texts and their entries are written beside what is there, for the epoch
/// after this one, and one write of eight bytes puts both in force. Nothing is compiled or loaded, nobody is waited for.
/// The caller holds the namespace's lock.
/// </summary>
internal static class QuickChange
{
    internal const string WriteTexts = "write texts", WriteCounters = "write counters", WriteEpoch = "write epoch";

    /// <summary>False where the rule set has to be applied as a whole; then every packet meets what it met before.</summary>
    /// <param name="afterStep">Called with its name after each step.</param>
    internal static bool TryMake(NamespaceState state, GenerationState generation, RuleCommand command, Action<string> afterStep) =>
        RuleEdit.TryStage(generation.Store, command) is { } change && TryMake(state, generation, change, afterStep);

    /// <summary>The same of the difference between the rules in force and others that were made of them.</summary>
    internal static bool TryMake(NamespaceState state, GenerationState generation, RuleSet before, ListDifference difference, Action<string> afterStep) =>
        !LacksChains(before) && ListEdit.TryStage(generation.Store, before, difference) is { } change && TryMake(state, generation, change, afterStep);

    /// <summary>Somebody has taken away the chains that work for rules: who applies rules anew, even the same ones, wants them back.</summary>
    private static bool LacksChains(RuleSet rules) => !ChainNeeds.Of(rules).AreMet();

    private static bool TryMake(NamespaceState state, GenerationState generation, RuleChange change, Action<string> afterStep)
    {
        afterStep(WriteTexts);
        if (NamingChange.Of(generation, change) is not { HasChains: true } naming || !HasNamed(generation, naming) || !TryWriteImages(generation, change, afterStep))
        {
            change.Abandon();
            return false;
        }

        generation.BeginCounters(CountersOf(change));
        afterStep(WriteCounters);
        change.Commit();
        afterStep(WriteEpoch);
        NamesEnding.End(state, generation, naming, afterStep);
        return true;
    }

    private static bool HasNamed(GenerationState generation, NamingChange naming) =>
        naming.MissingLists(generation) is { Count: 0 } && naming.MissingEstimators(generation) is { Count: 0 };

    private static List<(int Slot, Counters Given)> CountersOf(RuleChange change) =>
    [
        .. change.Begun.Where(begun => begun.Rule is not null)
            .SelectMany(begun => DispatcherCompiler.Families.Where(family => begun.Stored.Families.Has(family)).Select(family => (begun.Slots.Of(family), begun.Rule!.Counters ?? default))),
    ];

    /// <summary>What a killed writer has left goes out of all images first: the epoch would put it in force too.</summary>
    private static bool TryWriteImages(GenerationState generation, RuleChange change, Action<string> afterStep)
    {
        foreach (Family family in DispatcherCompiler.Families)
        {
            using FamilyImage? image = FamilyImage.TryOpen(generation, family, change.Epoch);
            image?.Editor.Abandon();
            using RunningFacts? facts = image is null ? null : new(generation, family, image.Editor);
            if (!TryWrite(generation, change, family, image?.Editor, facts))
            {
                return false;
            }

            afterStep($"write {PinNames.Image(family)}");
        }

        return true;
    }

    private static bool TryWrite(GenerationState generation, RuleChange change, Family family, ImageEditor? image, RunningFacts? facts)
    {
        RuleStore store = generation.Store;
        return change.Ended.Where(rule => IsMet(store, rule, family, image) && !GoesOn(change, rule, family)).All(ended => TryEnd(store, ended, family, image))
            && change.Begun.Where(begun => begun.Rule is not null && IsMet(store, begun.Stored, family, image)).All(begun => TryBegin(generation, change, begun, family, image, facts));
    }

    /// <summary>Whether packets of the family can meet what a record says: a chain itself is for nobody, and so are rules of a later one that the image does not have.</summary>
    private static bool IsMet(RuleStore store, StoredRule stored, Family family, ImageEditor? image) =>
        !stored.IsOfChainItself && stored.Families.Has(family)
        && (!store.IsLate(stored.Chain, family) || image?.FindChain(store.Chains[stored.Chain].MadeName) is not null);

    /// <summary>A rule of both families that is ended for one goes on for the other, as another stored rule with the same counters.</summary>
    private static bool GoesOn(RuleChange change, StoredRule ended, Family family) =>
        change.Begun.Any(begun => begun.Rule is null && begun.Stored.Label == ended.Label && begun.Stored.Chain == ended.Chain && begun.Stored.Families.Has(family));

    private static bool TryEnd(RuleStore store, StoredRule ended, Family family, ImageEditor? image)
    {
        string chain = store.Chains[ended.Chain].MadeName;
        return image is not null && image.IsImageOnly(chain) && (image.FindChain(chain) is null || image.TryEnd(store.SlotsOf(ended).Of(family)));
    }

    private static bool TryBegin(GenerationState generation, RuleChange change, BegunRule begun, Family family, ImageEditor? image, RunningFacts? facts)
    {
        RuleStore store = generation.Store;
        string chain = store.Chains[begun.Stored.Chain].MadeName;
        if (image is null || !image.IsImageOnly(chain))
        {
            return false;
        }

        if (image.FindChain(chain) is not { } number)
        {
            return true;
        }

        (StoredRule? before, StoredRule? behind) = store.Neighbours(begun.Stored, family, change.Epoch);
        return new ImageChains(generation, family, image, facts!).TryInsert(chain, number, begun.Rule!, begun.Slots.Of(family), SlotOf(store, before, family), SlotOf(store, behind, family));
    }

    private static int SlotOf(RuleStore store, StoredRule? rule, Family family) => rule is { } stored ? store.SlotsOf(stored).Of(family) : 0;
}
