using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Grammar;

/// <summary>A match or target of a rule that is being read, with what its options have said so far.</summary>
internal sealed class ExtensionUse(ExtensionGrammar grammar, Word place)
{
    private List<(OptionSpec Option, Word Place)>? _used;
    private bool _failed;

    internal ExtensionGrammar Grammar { get; } = grammar;

    /// <summary>The word that named it, or the option that implied it.</summary>
    internal Word Place { get; } = place;

    /// <summary>The arguments so far: a Match or a Target.</summary>
    internal object State { get; private set; } = grammar.Initial;

    internal void Apply(OptionSpec option, OptionUse use)
    {
        use.Context.Diagnostics.Within = (Grammar.Name, option.Name);
        if (Allows(option, use) && TryApply(option, use) is { } state)
        {
            State = state;
        }
        else
        {
            _failed = true;
        }

        (_used ??= new(2)).Add((option, use.Option));
    }

    private object? TryApply(OptionSpec option, OptionUse use)
    {
        DiagnosticBag diagnostics = use.Context.Diagnostics;
        diagnostics.Words = UpstreamWords.OfValue(Grammar.Name, option.Names[0]);
        diagnostics.Value = use.First;
        object? state = option.Apply(State, use);
        diagnostics.Words = null;
        diagnostics.Value = null;
        return state;
    }

    /// <summary>An option of it could not be read (reported), so what is missing is not looked for.</summary>
    internal void Fail() => _failed = true;

    /// <summary>Looks at the arguments as a whole; false where something was wrong (reported).</summary>
    /// <param name="mayLack">An option that must be given may be missing.</param>
    internal bool Finish(ReadContext context, bool mayLack)
    {
        if (_failed)
        {
            return false;
        }

        if ((!mayLack && !HasOneOf(context.Diagnostics)) || !IsWhole(context.Diagnostics, mayLack))
        {
            return false;
        }

        if (Grammar.Check is { } check && !check(State, Place, context))
        {
            return false;
        }

        if (mayLack || Grammar.Complete is not { } complete)
        {
            return true;
        }

        object? whole = complete(State, Place, context);
        State = whole ?? State;
        return whole is not null;
    }

    private bool HasOneOf(DiagnosticBag diagnostics)
    {
        if (Grammar.OneOf.Count == 0 || Grammar.OneOf.Any(IsGiven))
        {
            return true;
        }

        string[] names = [.. Grammar.OneOf.Select(name => "--" + name)];
        diagnostics.Report(
            ErrorCodes.MissingOption, Place, $"{Grammar.Name} needs {Show.Choice(names)}", $"write it after {Show.Word(Place.Text)}",
            Said(Grammar.MissingText ?? UpstreamWords.OfMissing(Grammar.Name) ?? $"{Grammar.Name}: option \"{names[0]}\" must be specified\n"));
        return false;
    }

    /// <summary>Looks for what each option needs and excludes, in the table's order as libxtables does (xtoptions.c, xtables_options_fcheck).</summary>
    private bool IsWhole(DiagnosticBag diagnostics, bool mayLack)
    {
        foreach (OptionSpec option in Grammar.Options)
        {
            if (!mayLack && Grammar.Mandatory.Contains(option.Names[0]) && !IsGiven(option.Names[0]))
            {
                diagnostics.Report(
                    ErrorCodes.MissingOption, Place, $"{Grammar.Name} needs {option.Name}", $"write it after {Show.Word(Place.Text)}",
                    Convention.Usage(UpstreamWords.OfMissingOption(Grammar.Name, option.Name) ?? $"{Grammar.Name}: option \"{option.SaidName}\" must be specified\n"));
                return false;
            }

            if (PlaceOf(option) is { } place && !IsWhole(option, place, diagnostics, mayLack))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsWhole(OptionSpec option, int place, DiagnosticBag diagnostics, bool mayLack)
    {
        if (!mayLack && option.Needs.FirstOrDefault(name => !IsGiven(name)) is { } needed)
        {
            diagnostics.Report(
                ErrorCodes.MissingOption, Place, $"{option.Name} needs --{needed} too", $"write it after {Show.Word(Place.Text)}",
                Convention.Usage($"{Grammar.Name}: option \"{option.SaidName}\" also requires \"--{needed}\".\n"));
            return false;
        }

        if (Grammar.Options.FirstOrDefault(other => other != option && Exclude(other, option) && PlaceOf(other) is not null) is not { } excluded)
        {
            return true;
        }

        (OptionSpec later, Word at) = _used![Math.Max(place, PlaceOf(excluded)!.Value)];
        diagnostics.Report(
            ErrorCodes.ExcludedOption, at, $"{later.Name} cannot stand with {(later == option ? excluded : option).Name}",
            Grammar is MatchGrammar ? $"give one of them, or write -m {Grammar.Name} a second time" : "give one of them",
            Said(UpstreamWords.OfRepeated(Grammar.Name, option.Names[0]) ?? $"{Grammar.Name}: option \"{option.SaidName}\" cannot be used together with \"{excluded.SaidName}\".\n"));
        return false;
    }

    /// <summary>What iptables says of options that do not go together; of some extensions only the kernel says something.</summary>
    private Convention Said(string text) => UpstreamWords.IsLeftToKernel(Grammar.Name) ? Convention.InvalidArgument : Convention.Usage(text);

    private bool IsGiven(string name) => _used is not null && _used.Exists(used => used.Option.Names[0] == name);

    /// <summary>Where among those in use the option is; null where it is not.</summary>
    private int? PlaceOf(OptionSpec option) => _used?.FindIndex(used => used.Option == option) is { } at and >= 0 ? at : null;

    private bool Allows(OptionSpec option, OptionUse use) => !RefusesAgain(option, use.Option, use.Context.Diagnostics);

    /// <summary>Refuses an option that has been given and must not be again; false where there is nothing to refuse.</summary>
    /// <param name="place">The option as written.</param>
    internal bool RefusesAgain(OptionSpec option, Word place, DiagnosticBag diagnostics)
    {
        if (option.MayRepeat || PlaceOf(option) is null)
        {
            return false;
        }

        diagnostics.Report(
            ErrorCodes.RepeatedOption, place, $"{option.Name} is given twice", "leave one out",
            Convention.Usage(UpstreamWords.OfRepeated(Grammar.Name, option.Names[0]) ?? $"{Grammar.Name}: option \"{option.SaidName}\" can only be used once.\n"));
        return true;
    }

    private static bool Exclude(OptionSpec one, OptionSpec other) => (one.Group.Length > 0 && one.Group == other.Group)
        || one.Excludes.Contains(other.Names[0]) || other.Excludes.Contains(one.Names[0]);
}
