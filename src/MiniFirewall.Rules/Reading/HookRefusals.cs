using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// Finds matches and targets in chains that packets of a hook come to where they cannot stand (x_tables.c, xt_check_match and
/// xt_check_target).
/// </summary>
internal sealed class HookRefusals(RuleSetDraft draft, DiagnosticBag diagnostics)
{
    internal void Report()
    {
        foreach (ChainDraft entry in draft.Chains.Where(chain => chain.IsBuiltIn))
        {
            Hook hook = entry.Name switch { "INPUT" => Hook.LocalIn, "FORWARD" => Hook.Forward, _ => Hook.LocalOut };
            foreach (ChainDraft chain in ReachedFrom(entry))
            {
                foreach (PlacedRule placed in chain.Rules)
                {
                    Report(placed.Rule, entry.Name, hook);
                    Report(placed, entry.Name, hook);
                }
            }
        }
    }

    private void Report(Rule rule, string entry, Hook hook)
    {
        foreach (Match match in rule.Matches)
        {
            if (match.RefusalAt(hook) is { } reason)
            {
                diagnostics.Report(ErrorCodes.WrongChain, rule.Span, $"match {match.Name} cannot stand in {entry}, or where it leads to", reason, Convention.InvalidArgument);
            }
        }
    }

    private void Report(PlacedRule placed, string entry, Hook hook)
    {
        if (placed.Rule.Target.RefusalAt(hook) is { } reason)
        {
            diagnostics.Report(
                ErrorCodes.WrongChain, placed.TargetPlace, $"target {placed.Rule.Target.Name} cannot stand in {entry}, or where it leads to", reason,
                Convention.InvalidArgument);
        }
    }

    /// <summary>The chain itself, and those that its rules lead to; a chain for which there is none is left out.</summary>
    private List<ChainDraft> ReachedFrom(ChainDraft entry)
    {
        List<ChainDraft> reached = [entry];
        HashSet<ChainDraft> known = [entry];
        for (int i = 0; i < reached.Count; i++)
        {
            foreach (PlacedRule placed in reached[i].Rules)
            {
                if (placed.Rule.Target is JumpTarget jump && draft.Find(jump.Chain) is { } next && known.Add(next))
                {
                    reached.Add(next);
                }
            }
        }

        return reached;
    }
}
