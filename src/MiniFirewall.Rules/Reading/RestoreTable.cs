using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>One family's view of a rule set that a restore text changes; the other family's rules and chains stay as they are.</summary>
internal sealed class RestoreTable(ReadSession session, RuleSet start, RestoreOptions options)
{
    /// <summary>
    /// What commands that look through the whole table may look at in all. A text of a hundred megabytes that empties a
    /// hundred thousand chains on every line would take days.
    /// </summary>
    private const long MostWork = 4_000_000_000;

    /// <summary>A chain is as much work as so many rules.</summary>
    private const int ChainWeight = 64;

    private readonly FamilySet _family = options.Family.ToSet();
    private RuleSetDraft _draft = new(session, start);
    private long _work;

    /// <summary>The program whose text this is.</summary>
    internal string Program => options.Family == Packets.Family.IPv4 ? "iptables-restore" : "ip6tables-restore";

    internal bool TakesCounters => options.TakesCounters;

    internal FamilySet Family => _family;

    internal bool IsOverworked => _work > MostWork;

    /// <summary>How many rules the text has left so far, at most.</summary>
    internal long Added { get; private set; }

    /// <summary>Takes the family's rules and user chains away; policies stay and count from zero (ip46tables_restore_main).</summary>
    internal void Clear()
    {
        Added = 0;
        foreach (ChainDraft chain in _draft.Chains)
        {
            chain.SetCounters(_family, default(Counters));
        }

        _draft.Keep(_family, isKept: chain => chain.IsBuiltIn);
    }

    /// <summary>The family's chains: built-in ones, then the others by name.</summary>
    internal IEnumerable<ChainDraft> ChainsInOrder => _draft.Chains.Where(chain => (chain.Families & _family) != FamilySet.None)
        .OrderByDescending(chain => chain.IsBuiltIn).ThenBy(chain => chain.IsBuiltIn ? "" : chain.Name, StringComparer.Ordinal);

    internal bool IsBuiltIn(string name) => _draft.Find(name) is { IsBuiltIn: true };

    /// <summary>The chain, where the family has it.</summary>
    internal ChainDraft? Find(string name) => _draft.Find(name) is { } chain && (chain.Families & _family) != FamilySet.None ? chain : null;

    /// <summary>Makes a user chain, or empties one that may be there; false where it exists and may not.</summary>
    internal bool TryDeclare(Word name)
    {
        if (Find(name.Text) is not { } known)
        {
            _draft.Declare(name, _family);
            return true;
        }

        if (!known.IsBuiltIn && options.KeepsRules)
        {
            known.Clear(_family);
        }

        return known.IsBuiltIn || options.KeepsRules;
    }

    internal void SetPolicy(string chain, ChainPolicy policy) => _draft.Find(chain)!.SetPolicy(_family, policy);

    /// <summary>Does what a command says; false where the table does not allow it (reported).</summary>
    internal bool TryApply(LineCommand command)
    {
        int before = session.Diagnostics.Count;
        Added += command.Kind == GlobalKind.Check ? 0 : command.Rules.Count;
        _work += CostOf(command);
        switch (command)
        {
            case { Kind: GlobalKind.Check }: Check(command); break;
            case { Kind: GlobalKind.Zero, Number: not null }: ZeroRule(command); break;
            default: _draft.Apply(command); break;
        }

        bool isDone = session.Diagnostics.Count == before;
        if (isDone && command.Kind == GlobalKind.RenameChain)
        {
            Rename(command);
        }

        return isDone;
    }

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

    internal void ReportMissingTarget(Word name) => _draft.ReportMissing(name, isTarget: true);

    internal RuleSet Finish() => new ChainGraph(_draft, session).Finish(start, _family) with { ConnectionSettings = start.ConnectionSettings };

    private void Check(LineCommand command)
    {
        ChainDraft? chain = Find(command.Chain!.Value.Text);
        if (chain is null)
        {
            _draft.ReportMissing(command.Chain.Value, isTarget: false);
        }
        else if (command.Rules.Any(placed => chain.Rules.FindEqual(placed.Rule) is null))
        {
            session.Diagnostics.Report(ErrorCodes.NoSuchRule, command.Place, $"chain {Show.Word(chain.Name)} has no such rule", "the whole rule must be the same");
        }
    }

    private void ZeroRule(LineCommand command)
    {
        ChainDraft? chain = Find(command.Chain!.Value.Text);
        if (chain is null)
        {
            _draft.ReportMissing(command.Chain.Value, isTarget: false);
        }
        else if (!NumberText.TryParse(command.Number!.Value.Text, out ulong number) || chain.Rules.Find(_family, number) is not { } place)
        {
            _draft.ReportNumber(command, chain);
        }
        else
        {
            chain.Zero(place, _family);
        }
    }

    private void Rename(LineCommand command)
    {
        var renaming = new ChainRenaming(
            _family, command.Chain!.Value.Text, command.Second!.Value.Text, (chain, number, _) => chain.Rules[number - 1].Counters ?? default);
        RuleSet before = new([.. _draft.Chains.Select(chain => chain.ToChain([.. chain.Rules.Select(placed => placed.Rule)]))]);
        _draft = new RuleSetDraft(session, renaming.Of(before));
    }

    private long All => ((long)ChainWeight * _draft.Chains.Count) + _draft.RuleCount;

    /// <summary>Rules that a command looks through, and chains.</summary>
    private long CostOf(LineCommand command)
    {
        int rules = command.Chain is { } chain ? Find(chain.Text)?.Rules.Count(_family) ?? 0 : 0;
        return command.Kind switch
        {
            GlobalKind.Append or GlobalKind.NewChain or GlobalKind.Policy => 0,
            GlobalKind.RenameChain => 10 * All,
            GlobalKind.DeleteChain => All,
            _ when command.Chain is null => All,
            GlobalKind.Flush or GlobalKind.Zero => rules,
            _ => rules / 8,
        };
    }
}
