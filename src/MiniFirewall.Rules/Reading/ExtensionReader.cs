using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>The matches and the target of a rule that is being read, and the options that they bring into force.</summary>
internal sealed class ExtensionReader(DiagnosticBag diagnostics)
{
    private readonly List<ExtensionUse> _matches = [];
    private readonly OptionScope _scope = new();
    private ExtensionUse? _target;
    private JumpTarget? _jump;

    internal IEnumerable<string> OptionNames => _scope.Names;

    /// <summary>A match or target was refused, so options that are not known may be its own, and a beginning may be of one of its own.</summary>
    internal bool HasRefused { get; private set; }

    /// <summary>The word that names the target or chain, where there is one.</summary>
    internal Word? TargetPlace { get; private set; }

    internal Target Target => _jump ?? (Target?)_target?.State ?? NoTarget.Instance;

    /// <summary>The matches and the target so far; the match of the protocol alone where there is no other.</summary>
    internal IEnumerable<ExtensionGrammar> Grammars(ProtocolSpec? protocol)
    {
        ExtensionGrammar? implied = _matches.Count == 0 && protocol is { } spec ? MatchRegistry.ImpliedBy(spec.Number) : null;
        return _matches.Select(match => match.Grammar).Append(implied).Append(_target?.Grammar).OfType<ExtensionGrammar>();
    }

    /// <param name="families">Those of which one must have the match for it to be known at all.</param>
    internal void ReadMatch(Word word, FamilySet families)
    {
        if (MatchRegistry.Find(word.Text) is { } grammar)
        {
            if (grammar.Initial is Match { Families: var own } && (own & families) == FamilySet.None)
            {
                HasRefused = true;
                diagnostics.Report(
                    ErrorCodes.FamilyConflict, word, $"match {grammar.Name} is for {(own == FamilySet.IPv4 ? "IPv4" : "IPv6")} only",
                    "write a rule of its own for that family", Missing("match", word));
                return;
            }

            AddMatch(new ExtensionUse(grammar, word));
            return;
        }

        HasRefused = true;
        diagnostics.Report(
            ErrorCodes.UnknownMatch, word, $"{Show.Word(word.Text)} is not a match", Nearest.HintOr(word.Text, MatchRegistry.Names, "docs/rules.md lists the matches"));
    }

    /// <summary>-j or -g, whose argument is a target or a chain.</summary>
    internal void ReadTarget(Word word, bool isGoto)
    {
        TargetPlace = word;
        if (TargetRegistry.Find(word.Text) is { } grammar)
        {
            ReadOwnTarget(grammar, word, isGoto);
        }
        else if (ForeignWords.Targets.Contains(word.Text))
        {
            HasRefused = true;
            RefuseTarget(word);
        }
        else
        {
            _jump = new JumpTarget(word.Text, isGoto);
        }
    }

    private void RefuseTarget(Word word)
    {
        if (ForeignWords.TargetTables.TryGetValue(word.Text, out string? table))
        {
            diagnostics.Report(
                ErrorCodes.UnsupportedTarget, word, $"target {Show.Word(word.Text)} is for the table {table}, and this is filter",
                "give rules of other tables to the system's own iptables");
        }
        else
        {
            diagnostics.Report(
                ErrorCodes.UnsupportedTarget, word, $"target {Show.Word(word.Text)} of iptables is not supported",
                "today's kernels have it no longer");
        }
    }

    /// <summary>The option that a long name means; null where there is none, or more than one (then <paramref name="candidates"/> has them).</summary>
    internal FoundOption? Find(ReadOnlySpan<char> name, Word place, ProtocolSpec? protocol, out IReadOnlyList<string> candidates) =>
        _scope.Find(name, HasRefused, out candidates) ?? FindImplied(name, place, protocol);

    /// <summary>An option that the rule's protocol brings in by itself, as -p tcp brings --dport.</summary>
    private FoundOption? FindImplied(ReadOnlySpan<char> name, Word place, ProtocolSpec? protocol)
    {
        if (protocol is not { Negated: false } || MatchRegistry.ImpliedBy(protocol.Number) is not { } grammar
            || _matches.Exists(match => match.Grammar == grammar))
        {
            return null;
        }

        var match = new ExtensionUse(grammar, place);
        _scope.Add(match);
        FoundOption? found = _scope.Find(name, HasRefused, out _);
        if (found?.Extension == match)
        {
            _matches.Add(match);
        }
        else
        {
            _scope.Remove(match);
        }

        return found;
    }

    /// <summary>The matches in the order written, each looked at as a whole.</summary>
    /// <param name="isWrong">The line is wrong already, so an option that a match lacks may be there in another spelling.</param>
    internal List<Match> Finish(RuleDraft draft, ReadContext context, bool isWrong)
    {
        List<Match> matches = [];
        foreach (ExtensionUse use in _matches)
        {
            if (use.Finish(context, isWrong) && HasItsProtocol(use, draft, context.Protocol) && use.State is Match match
                && draft.Families.Narrow(match.Families, use.Place, Missing(use))
                && CanRun(match, use.Place, context))
            {
                matches.Add(match);
            }
        }

        if (_target is { } target && target.Finish(context with { Matches = matches, Families = draft.Families.Families }, isWrong) && target.State is Target state)
        {
            draft.Families.Narrow(state.Families, target.Place, Missing(target));
        }

        return matches;
    }

    /// <summary>What iptables says of an extension that it has for the other family only; of one that it has for both, the kernel does.</summary>
    private static Convention Missing(ExtensionUse use) => use.Grammar.Initial switch
    {
        Match { Families: not FamilySet.Both } => Missing("match", use.Place),
        Target { Families: not FamilySet.Both } => Missing("target", use.Place),
        _ => Convention.InvalidArgument,
    };

    private static Convention Missing(string kind, Word place) => Convention.Usage($"Couldn't load {kind} `{place.Text}':No such file or directory\n");

    private bool CanRun(Match match, Word place, ReadContext context)
    {
        if (match.Lack is { } lack && !context.TakesLacking)
        {
            diagnostics.Report(ErrorCodes.NotInForce, place, $"match {match.Name} cannot be in force", lack);
            return false;
        }

        return true;
    }

    /// <summary>What iptables says of a word behind -g that is no chain.</summary>
    internal static Convention NoChain(string name) => Convention.Usage($"goto '{name}' is not a chain");

    private void AddMatch(ExtensionUse match)
    {
        _matches.Add(match);
        _scope.Add(match);
    }

    private void ReadOwnTarget(TargetGrammar grammar, Word word, bool isGoto)
    {
        if (isGoto)
        {
            diagnostics.Report(
                ErrorCodes.BadJump, word, $"-g takes a chain, and {grammar.Name} is none", $"write -j {grammar.Name}", NoChain(word.Text));
            return;
        }

        _target = new ExtensionUse(grammar, word);
        _scope.Add(_target);
    }

    private bool HasItsProtocol(ExtensionUse use, RuleDraft draft, ProtocolSpec? protocol)
    {
        if (use.Grammar is not MatchGrammar { Protocol: { } needed } grammar
            || (protocol is { Negated: false } && protocol.Number == needed))
        {
            return true;
        }

        FamilySet others = draft.Families.Families & ~grammar.ProtocolFamilies;
        if (others != FamilySet.None)
        {
            return draft.Families.Narrow(others, use.Place);
        }

        string name = ProtocolNames.Print(needed);
        diagnostics.Report(
            ErrorCodes.WrongProtocol, use.Place, $"match {use.Grammar.Name} needs -p {name}",
            protocol is { Negated: true } ? "a negated protocol says too little" : $"write -p {name} in this rule", Convention.InvalidArgument);
        return false;
    }
}
