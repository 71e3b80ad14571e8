using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Puts rules into a family's image, and with a rule the chain that it goes to where the image does not have it yet: that chain's own
/// rules, and those of the chains that these go to, come into force with the same epoch.
/// </summary>
/// <param name="facts">Of the family's programs.</param>
internal sealed class ImageChains(GenerationState generation, Family family, ImageEditor image, RunningFacts facts)
{
    /// <summary>Rules of chains that come with one change; from here on making the image anew is faster.</summary>
    private const int MostRules = 256;

    private readonly RuleStore _store = generation.Store;
    private int _written;

    /// <summary>Puts a rule into a chain that the image has.</summary>
    /// <param name="number">The chain's.</param>
    /// <param name="before">As <see cref="ImageEditor.TryInsert"/>.</param>
    internal bool TryInsert(string chain, int number, Rule rule, int slot, int before, int behind) =>
        ++_written <= MostRules
        && rule.Target.Parts.IsEmpty
        && (rule.Target is not JumpTarget jump || HasOrAdds(jump.Chain))
        && LatePlacement.TryPlace(RuleSetLowering.Lower(chain, rule, family, slot, image.ChangesMarks, target => Find(target)!.Value), facts.ToPut) is { } statement
        && image.TryInsert(statement, number, before, behind);

    /// <summary>The number of a chain; the image knows it by the name that it was made with.</summary>
    private int? Find(string name) => _store.FindChain(name) is { } stored ? image.FindChain(_store.Chains[stored].MadeName) : null;

    /// <summary>Sees to it that the image has a chain, with the rules of it that are in force; false where it cannot.</summary>
    internal bool HasOrAdds(string name)
    {
        if (Find(name) is not null)
        {
            return true;
        }

        if (_store.FindChain(name) is not { } stored || image.TryAddChain(_store.Chains[stored].MadeName) is not { } number || StoredChainRules.Read(_store, stored, family, generation.Sets?.Named ?? []) is not { } rules)
        {
            return false;
        }

        int before = 0;
        foreach ((Rule rule, RuleSlots slots) in rules)
        {
            if (!TryInsert(name, number, rule, slots.Of(family), before, behind: 0))
            {
                return false;
            }

            before = slots.Of(family);
        }

        return true;
    }
}
