using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>The rules that come into a family's image with a change: those that begin, and those of the chains that they are the first to go to.</summary>
internal sealed class ComingRules(GenerationState generation, Family family, ImageEditor image)
{
    private readonly RuleStore _store = generation.Store;
    private readonly HashSet<string> _chains = [];

    /// <summary>The rules, each with its place in the store.</summary>
    internal List<(Rule Rule, int Place)> Rules { get; } = [];

    /// <summary>Adds the rules of a change; false where some cannot be read without others.</summary>
    internal bool TryAdd(RuleChange change) => change.Begun.Where(begun => begun.Rule is not null && begun.Stored.Families.Has(family)).All(TryAdd);

    /// <summary>Adds those in force of a chain that the image does not have, and of the chains that these go to.</summary>
    internal bool TryAddChain(string name)
    {
        if (_store.FindChain(name) is not { } chain)
        {
            return false;
        }

        if (image.FindChain(_store.Chains[chain].MadeName) is not null || !_chains.Add(name))
        {
            return true;
        }

        if (StoredChainRules.Read(_store, chain, family, generation.Sets?.Named ?? []) is not { } rules)
        {
            return false;
        }

        int[] places = [.. _store.RulesOf(chain).Where(rule => rule.Families.Has(family)).Select(rule => rule.Position)];
        return rules.Zip(places).All(pair => TryAdd(pair.First.Rule, pair.Second));
    }

    /// <summary>The statements, told what can be known of them, with their places for counters; null where something is not there that one asks for.</summary>
    internal List<Statement>? Lower(LateFacts facts)
    {
        bool changesMarks = image.ChangesMarks || Rules.Exists(coming => coming.Rule.Target.Change is { ChangesMark: true });
        List<Statement> statements = [];
        foreach ((Rule rule, int place) in Rules)
        {
            foreach (Statement statement in RuleSetLowering.LowerAll("", rule, family, place, changesMarks, _ => 0))
            {
                if (LatePlacement.TryPlace(statement, facts) is not { } placed)
                {
                    return null;
                }

                statements.Add(placed);
            }
        }

        return statements;
    }

    private bool TryAdd(BegunRule begun)
    {
        string chain = _store.Chains[begun.Stored.Chain].MadeName;
        bool isMet = image.FindChain(chain) is not null || !image.IsImageOnly(chain);
        return !isMet || TryAdd(begun.Rule!, begun.Stored.Position);
    }

    private bool TryAdd(Rule rule, int place)
    {
        Rules.Add((rule, place));
        return rule.Target is not JumpTarget jump || TryAddChain(jump.Chain);
    }
}
