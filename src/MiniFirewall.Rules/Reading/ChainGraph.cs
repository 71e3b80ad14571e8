using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Checks what chains say of one another once all have been read, and makes the rule set.</summary>
internal sealed class ChainGraph(RuleSetDraft draft, ReadSession session)
{
    private readonly DiagnosticBag _diagnostics = session.Diagnostics;

    /// <summary>The rules of each chain that go to another.</summary>
    private Dictionary<ChainDraft, PlacedRule[]> _jumps = [];

    /// <summary>The rule set of a text that says all; where something is wrong (reported), what it returns means nothing.</summary>
    internal RuleSet Finish() => Finish(refusals => refusals.ReportWhole());

    /// <summary>As the other, of a change.</summary>
    /// <param name="before">The rules in force.</param>
    /// <param name="family">Whose table changes.</param>
    internal RuleSet Finish(RuleSet before, FamilySet family) => Finish(refusals => refusals.ReportChange(before, family));

    private RuleSet Finish(Action<EstimatorRefusals> reportEstimators)
    {
        ImmutableArray<Chain> chains = [.. draft.Chains.Select(chain => chain.ToChain(RulesOf(chain)))];
        foreach (Family family in (Family[])[Family.IPv4, Family.IPv6])
        {
            if (FindLoop(family) is { } loop)
            {
                Report(loop);
                break;
            }
        }

        new HookRefusals(draft, _diagnostics).Report();
        if (session.Options is { TakesLacking: false, TakesAnyEstimator: false })
        {
            reportEstimators(new EstimatorRefusals(draft, _diagnostics));
        }

        draft.ReportDoubtful();
        return new RuleSet(chains) { Sets = draft.Sets, ConnectionSettings = draft.ConnectionSettings };
    }

    private ImmutableArray<Rule> RulesOf(ChainDraft chain)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>(chain.Rules.Count(FamilySet.Both));
        foreach (PlacedRule placed in chain.Rules)
        {
            rules.Add(Resolve(placed));
        }

        return rules.MoveToImmutable();
    }

    /// <summary>A rule for the families that the chain it goes to has too.</summary>
    private Rule Resolve(PlacedRule placed)
    {
        if (placed.Rule.Target is not JumpTarget jump)
        {
            return placed.Rule;
        }

        ChainDraft? chain = draft.Find(jump.Chain);
        if (chain is null)
        {
            draft.ReportMissing(placed.TargetPlace, isTarget: !jump.IsGoto, jump.IsGoto ? ExtensionReader.NoChain(jump.Chain) : null);
        }
        else if (chain.IsBuiltIn)
        {
            _diagnostics.Report(
                ErrorCodes.BadJump, placed.TargetPlace, $"a rule cannot go to the built-in chain {Show.Word(jump.Chain)}", "make a chain of your own with -N");
        }
        else if ((chain.Families & placed.Rule.Families) == FamilySet.None)
        {
            _diagnostics.Report(
                ErrorCodes.FamilyConflict, placed.TargetPlace,
                $"chain {Show.Word(jump.Chain)} is for {FamilyNarrowing.Print(chain.Families)} and the rule for {FamilyNarrowing.Print(placed.Rule.Families)}",
                "make the chain for the other family too with -N",
                jump.IsGoto ? ExtensionReader.NoChain(jump.Chain) : Convention.Of(ErrorCodes.UnknownTarget, jump.Chain));
        }
        else
        {
            FamilySet both = placed.Rule.Families & chain.Families;
            return placed.Rule.For(both);
        }

        return placed.Rule;
    }

    /// <summary>The rules of a first loop, each going to the chain of the next; null where there is none. Depth first, without recursion.</summary>
    private List<(ChainDraft Chain, PlacedRule Rule)>? FindLoop(Family family)
    {
        HashSet<ChainDraft> done = [];
        _jumps = draft.Chains.ToDictionary(chain => chain, chain => chain.Rules.Where(placed => Follow(placed, family) is not null).ToArray());
        foreach (ChainDraft start in draft.Chains)
        {
            if (FindLoop(start, family, done) is { } loop)
            {
                return loop;
            }
        }

        return null;
    }

    private List<(ChainDraft Chain, PlacedRule Rule)>? FindLoop(ChainDraft start, Family family, HashSet<ChainDraft> done)
    {
        List<(ChainDraft Chain, int Next)> path = [(start, 0)];
        Dictionary<ChainDraft, int> depths = new() { [start] = 0 };
        while (path.Count > 0)
        {
            (ChainDraft chain, int next) = path[^1];
            if (done.Contains(chain) || next == _jumps[chain].Length)
            {
                done.Add(chain);
                depths.Remove(chain);
                path.RemoveAt(path.Count - 1);
                continue;
            }

            path[^1] = (chain, next + 1);
            ChainDraft target = Follow(_jumps[chain][next], family)!;
            if (depths.TryGetValue(target, out int depth))
            {
                return [.. path.Skip(depth).Select(step => (step.Chain, _jumps[step.Chain][step.Next - 1]))];
            }

            depths.Add(target, path.Count);
            path.Add((target, 0));
        }

        return null;
    }

    private ChainDraft? Follow(PlacedRule placed, Family family) =>
        placed.Rule.Target is JumpTarget jump && placed.Rule.Families.Has(family) && draft.Find(jump.Chain) is { IsBuiltIn: false } chain
            ? chain
            : null;

    private void Report(List<(ChainDraft Chain, PlacedRule Rule)> loop)
    {
        string cycle = string.Join(" -> ", loop.Select(step => step.Chain.Name).Append(loop[0].Chain.Name));
        _diagnostics.Report(
            ErrorCodes.ChainLoop, loop[^1].Rule.TargetPlace, $"chains go round in a circle: {cycle}", "let one of them return instead");
    }
}
