using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Grammar;

/// <summary>A match or target of a rule that is being read, with what its options have said so far.</summary>
internal sealed class ExtensionUse(ExtensionGrammar grammar, Word place)
{
    private List<OptionSpec>? _used;
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

        (_used ??= new(2)).Add(option);
    }

    private object? TryApply(OptionSpec option, OptionUse use)
    {
        use.Context.Diagnostics.Words = UpstreamWords.OfValue(Grammar.Name, option.Names[0]);
        object? state = option.Apply(State, use);
        use.Context.Diagnostics.Words = null;
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

        if (!mayLack && !HasWhatItNeeds(context.Diagnostics))
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

    private bool HasWhatItNeeds(DiagnosticBag diagnostics)
    {
        if (Grammar.OneOf.Count > 0 && !Grammar.OneOf.Any(IsGiven))
        {
            string[] names = [.. Grammar.OneOf.Select(name => "--" + name)];
            diagnostics.Report(
                ErrorCodes.MissingOption, Place, $"{Grammar.Name} needs {Show.Choice(names)}", $"write it after {Show.Word(Place.Text)}",
                Convention.Usage(Grammar.MissingText ?? UpstreamWords.OfMissing(Grammar.Name) ?? $"{Grammar.Name}: option \"{names[0]}\" must be specified\n"));
            return false;
        }

        if (Grammar.Mandatory.FirstOrDefault(name => !IsGiven(name)) is { } missing)
        {
            diagnostics.Report(
                ErrorCodes.MissingOption, Place, $"{Grammar.Name} needs --{missing}", $"write it after {Show.Word(Place.Text)}",
                Convention.Usage($"{Grammar.Name}: option \"--{missing}\" must be specified\n"));
            return false;
        }

        foreach (OptionSpec option in _used ?? [])
        {
            if (option.Needs.FirstOrDefault(name => !IsGiven(name)) is { } needed)
            {
                diagnostics.Report(ErrorCodes.MissingOption, Place, $"{option.Name} needs --{needed} too", $"write it after {Show.Word(Place.Text)}");
                return false;
            }
        }

        return true;
    }

    private bool IsGiven(string name) => _used is not null && _used.Exists(option => option.Names[0] == name);

    private bool Allows(OptionSpec option, OptionUse use)
    {
        if (_used is null)
        {
            return true;
        }

        DiagnosticBag diagnostics = use.Context.Diagnostics;
        if (!option.MayRepeat && _used.Contains(option))
        {
            diagnostics.Report(
                ErrorCodes.RepeatedOption, use.Option, $"{option.Name} is given twice", "leave one out",
                Convention.Usage($"{Grammar.Name}: option \"{option.Name}\" can only be used once.\n"));
            return false;
        }

        if (_used.Find(used => Exclude(used, option)) is { } other)
        {
            diagnostics.Report(
                ErrorCodes.ExcludedOption, use.Option, $"{option.Name} cannot stand with {other.Name}",
                Grammar is MatchGrammar ? $"give one of them, or write -m {Grammar.Name} a second time" : "give one of them",
                Convention.Usage($"{Grammar.Name}: option \"{option.Name}\" cannot be used together with \"{other.Name}\".\n"));
            return false;
        }

        return true;
    }

    private static bool Exclude(OptionSpec one, OptionSpec other) => (one.Group.Length > 0 && one.Group == other.Group)
        || one.Excludes.Contains(other.Names[0]) || other.Excludes.Contains(one.Names[0]);
}
