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
    internal const string WriteTexts = "write texts", WriteEpoch = "write epoch";

    /// <summary>False where the rule set has to be applied as a whole; then every packet meets what it met before.</summary>
    /// <param name="afterStep">Called with its name after each step.</param>
    internal static bool TryMake(GenerationState generation, RuleCommand command, Action<string> afterStep) =>
        RuleEdit.TryStage(generation.Store, command) is { } change && TryMake(generation, change, afterStep);

    /// <summary>The same of the difference between the rules in force and others that were made of them.</summary>
    internal static bool TryMake(GenerationState generation, RuleSet before, ListDifference difference, Action<string> afterStep) =>
        !LacksChains(before) && ListEdit.TryStage(generation.Store, before, difference) is { } change && TryMake(generation, change, afterStep);

    /// <summary>Somebody has taken away the chains that work for rules: who applies rules anew, even the same ones, wants them back.</summary>
    private static bool LacksChains(RuleSet rules) => !ChainNeeds.Of(rules).AreMet();

    private static bool TryMake(GenerationState generation, RuleChange change, Action<string> afterStep)
    {
        RuleStore store = generation.Store;
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
    /// Whether a rule begins or ends that names a list of recent addresses, a table of rates or a rate estimator, which is made with the first and goes with
    /// the last, or that changes packets or asks the kernel about them: then what does so may have to be told, and tests of marks are of another form. A text that only
    /// says so, such as a comment, costs no more than time.
    /// </summary>
    private static bool ChangesLists(RuleStore store, RuleChange change) =>
        change.Ended.Concat(change.Begun.Select(begun => begun.Stored)).Any(rule => NamesOne(store.TextOf(rule)));

    private static bool NamesOne(ReadOnlySpan<byte> text) => text.IndexOf("-m recent"u8) >= 0 || text.IndexOf("-m hashlimit"u8) >= 0
        || text.IndexOf("-m rateest"u8) >= 0 || text.IndexOf("-j RATEEST"u8) >= 0 || ChangesPackets(text) || AsksKernel(text);

    private static bool AsksKernel(ReadOnlySpan<byte> text) =>
        text.IndexOf("-m socket"u8) >= 0 || text.IndexOf("-m helper"u8) >= 0 || text.IndexOf("-m osf"u8) >= 0 || text.IndexOf("-m ipvs"u8) >= 0
        || (text.IndexOf("-m addrtype"u8) >= 0 && (text.IndexOf("ANYCAST"u8) >= 0 || text.IndexOf("UNREACHABLE"u8) >= 0 || text.IndexOf("--limit-iface"u8) >= 0));

    private static bool ChangesPackets(ReadOnlySpan<byte> text) => text.IndexOf("-j MARK"u8) >= 0 || text.IndexOf("-j HMARK"u8) >= 0 || text.IndexOf("-j CONNMARK --restore-mark"u8) >= 0
        || text.IndexOf("-j CLASSIFY"u8) >= 0 || text.IndexOf("-j TCPMSS"u8) >= 0 || text.IndexOf("-j NFQUEUE"u8) >= 0 || text.IndexOf("-j QUEUE"u8) >= 0
        || text.IndexOf("-j TEE"u8) >= 0 || text.IndexOf("-j AUDIT"u8) >= 0 || text.IndexOf("-j IDLETIMER"u8) >= 0 || text.IndexOf("-j LED"u8) >= 0
        || text.IndexOf("-j SYNPROXY"u8) >= 0 || text.IndexOf("-m nfacct"u8) >= 0;

    /// <summary>What a killed writer has left goes out of all images first: the epoch would put it in force too.</summary>
    private static bool TryWriteImages(GenerationState generation, RuleChange change, Action<string> afterStep)
    {
        foreach (Family family in DispatcherCompiler.Families)
        {
            using FamilyImage? image = FamilyImage.TryOpen(generation, family, change.Epoch);
            image?.Editor.Abandon();
            if (!TryWrite(generation, change, family, image?.Editor))
            {
                return false;
            }

            afterStep($"write {PinNames.Image(family)}");
        }

        return true;
    }

    private static bool TryWrite(GenerationState generation, RuleChange change, Family family, ImageEditor? image)
    {
        RuleStore store = generation.Store;
        return change.Ended.Where(rule => IsMet(store, rule, family, image) && !GoesOn(change, rule, family)).All(ended => TryEnd(store, ended, family, image))
            && change.Begun.Where(begun => begun.Rule is not null && IsMet(store, begun.Stored, family, image)).All(begun => TryBegin(generation, change, begun, family, image));
    }

    /// <summary>Whether packets of the family can meet what a record says: a chain itself is for nobody, and so are rules of a later one that the image does not have.</summary>
    private static bool IsMet(RuleStore store, StoredRule stored, Family family, ImageEditor? image) =>
        stored.Chain != RuleRecord.ChainItself && stored.Families.Has(family)
        && (!store.IsLate(stored.Chain) || image?.FindChain(store.Chains[stored.Chain].Chain.Name) is not null);

    /// <summary>A rule of both families that is ended for one goes on for the other, as another stored rule with the same counters.</summary>
    private static bool GoesOn(RuleChange change, StoredRule ended, Family family) =>
        change.Begun.Any(begun => begun.Rule is null && begun.Stored.Label == ended.Label && begun.Stored.Chain == ended.Chain && begun.Stored.Families.Has(family));

    private static bool TryEnd(RuleStore store, StoredRule ended, Family family, ImageEditor? image)
    {
        string chain = store.Chains[ended.Chain].Chain.Name;
        return image is not null && image.IsImageOnly(chain) && (image.FindChain(chain) is null || image.TryEnd(store.SlotsOf(ended).Of(family)));
    }

    private static bool TryBegin(GenerationState generation, RuleChange change, BegunRule begun, Family family, ImageEditor? image)
    {
        RuleStore store = generation.Store;
        string chain = store.Chains[begun.Stored.Chain].Chain.Name;
        if (image is null || !image.IsImageOnly(chain))
        {
            return false;
        }

        if (image.FindChain(chain) is not { } number)
        {
            return true;
        }

        (StoredRule? before, StoredRule? behind) = store.Neighbours(begun.Stored, family, change.Epoch);
        return new ImageChains(generation, family, image).TryInsert(chain, number, begun.Rule!, begun.Slots.Of(family), SlotOf(store, before, family), SlotOf(store, behind, family));
    }

    private static int SlotOf(RuleStore store, StoredRule? rule, Family family) => rule is { } stored ? store.SlotsOf(stored).Of(family) : 0;
}
