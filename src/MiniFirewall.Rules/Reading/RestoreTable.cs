using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>One family's view of a rule set that a restore text changes; the other family's rules and chains stay as they are.</summary>
internal sealed class RestoreTable(RuleSetDraft draft, DiagnosticBag diagnostics, RestoreOptions options)
{
    /// <summary>
    /// What commands that look through the whole table may look at in all: rules and chains. A text of a hundred megabytes
    /// that empties a hundred thousand chains on every line would take days.
    /// </summary>
    private const long MostWork = 4_000_000_000;

    private readonly FamilySet _family = options.Family.ToSet();
    private long _work;

    internal bool TakesCounters => options.TakesCounters;

    internal FamilySet Family => _family;

    internal bool IsOverworked => _work > MostWork;

    /// <summary>How many rules the text has left so far, at most.</summary>
    internal long Added { get; private set; }

    /// <summary>Takes the family's rules and user chains away; policies stay and count from zero (ip46tables_restore_main).</summary>
    internal void Clear()
    {
        Added = 0;
        foreach (ChainDraft chain in draft.Chains)
        {
            chain.SetCounters(_family, default(Counters));
        }

        draft.Keep(_family, isKept: chain => chain.IsBuiltIn);
    }

    internal bool IsBuiltIn(string name) => draft.Find(name) is { IsBuiltIn: true };

    /// <summary>The chain, where the family has it.</summary>
    internal ChainDraft? Find(string name) => draft.Find(name) is { } chain && (chain.Families & _family) != FamilySet.None ? chain : null;

    /// <summary>Makes a user chain, or empties one that may be there; false where it exists and may not.</summary>
    internal bool TryDeclare(Word name)
    {
        if (Find(name.Text) is not { } known)
        {
            draft.Declare(name, _family);
            return true;
        }

        if (!known.IsBuiltIn && options.KeepsRules)
        {
            known.Clear(_family);
        }

        return known.IsBuiltIn || options.KeepsRules;
    }

    internal void SetPolicy(string chain, ChainPolicy policy) => draft.Find(chain)!.SetPolicy(_family, policy);

    /// <summary>Does what a command says; false where the table does not allow it, reported or not.</summary>
    internal bool TryApply(LineCommand command)
    {
        int before = diagnostics.Count;
        Added += command.Rules.Count;
        _work += CostOf(command);
        if (command.Kind == GlobalKind.DeleteChain && IsReferenced(command.Chain))
        {
            return false;
        }

        draft.Apply(command);
        return diagnostics.Count == before;
    }

    /// <summary>Whether a rule goes to the user chain, or to any where none is named.</summary>
    private bool IsReferenced(Word? chain) => draft.Chains.Any(from => from.Rules.Any(
        placed => placed.Rule.Target is JumpTarget jump && (placed.Rule.Families & _family) != FamilySet.None && (chain is null || chain.Value.Text == jump.Chain)));

    /// <summary>Appends one rule; false where the family has no such chain.</summary>
    internal bool TryAppend(Word chain, PlacedRule rule)
    {
        if (Find(chain.Text) is not { } known)
        {
            return false;
        }

        Added++;
        known.Rules.Add(rule);
        return true;
    }

    internal void ReportMissingTarget(Word name) => draft.ReportMissing(name, isTarget: true);

    internal RuleSet Finish() => new ChainGraph(draft, diagnostics).Finish();

    /// <summary>Rules and chains that a command looks through.</summary>
    private long CostOf(LineCommand command)
    {
        bool isOfAll = command.Chain is null;
        return command.Kind switch
        {
            GlobalKind.Append or GlobalKind.NewChain or GlobalKind.Policy => 0,
            _ when isOfAll => draft.Chains.Count + draft.RuleCount,
            GlobalKind.Delete or GlobalKind.Insert or GlobalKind.Replace => 1 + ((Find(command.Chain!.Value.Text)?.Rules.Count(_family) ?? 0) / 16),
            GlobalKind.DeleteChain => draft.Chains.Count + draft.RuleCount,
            _ => draft.Chains.Count + (Find(command.Chain!.Value.Text)?.Rules.Count(_family) ?? 0),
        };
    }
}
