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
        if (Allows(option, use) && option.Apply(State, use) is { } state)
        {
            State = state;
        }
        else
        {
            _failed = true;
        }

        (_used ??= new(2)).Add(option);
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

        if (!mayLack && Grammar.OneOf.Count > 0 && (_used is null || !_used.Exists(option => Grammar.OneOf.Contains(option.Names[0]))))
        {
            string[] names = [.. Grammar.OneOf.Select(name => "--" + name)];
            context.Diagnostics.Report(
                ErrorCodes.MissingOption, Place, $"{Grammar.Name} needs {Show.Choice(names)}", $"write it after {Show.Word(Place.Text)}",
                Convention.Usage(Grammar.MissingText ?? $"{Grammar.Name}: option \"{names[0]}\" must be specified\n"));
            return false;
        }

        return Grammar.Check is not { } check || check(State, Place, context);
    }

    private bool Allows(OptionSpec option, OptionUse use)
    {
        if (_used is null)
        {
            return true;
        }

        DiagnosticBag diagnostics = use.Context.Diagnostics;
        if (_used.Contains(option))
        {
            diagnostics.Report(
                ErrorCodes.RepeatedOption, use.Option, $"{option.Name} is given twice", "leave one out",
                Convention.Usage($"{Grammar.Name}: option \"{option.Name}\" can only be used once.\n"));
            return false;
        }

        if (option.Group.Length > 0 && _used.Find(used => used.Group == option.Group) is { } other)
        {
            diagnostics.Report(
                ErrorCodes.ExcludedOption, use.Option, $"{option.Name} cannot stand with {other.Name}",
                $"give one of them, or write -m {Grammar.Name} a second time",
                Convention.Usage($"{Grammar.Name}: option \"{option.Name}\" cannot be used together with \"{other.Name}\".\n"));
            return false;
        }

        return true;
    }
}
