namespace MiniFirewall.Rules.Grammar;

/// <summary>
/// One option of a match or target: its spellings, arguments and effect. The options of an extension are a table of these;
/// abbreviation, "=", negation, repetition, exclusion and missing arguments are handled for all of them in one place.
/// </summary>
internal sealed class OptionSpec
{
    private readonly Func<object, OptionUse, object?> _apply;

    internal OptionSpec(IReadOnlyList<string> names, int arity, Func<object, OptionUse, object?> apply)
    {
        Names = names;
        Arity = arity;
        _apply = apply;
    }

    /// <summary>Long spellings without dashes; the first is the one that is printed.</summary>
    internal IReadOnlyList<string> Names { get; }

    internal string Name => "--" + Names[0];

    /// <summary>As iptables names it in what it says: the longest spelling.</summary>
    internal string SaidName => "--" + Names.MaxBy(name => name.Length);

    /// <summary>A line for people: "[!] --sport, --source-port VALUE".</summary>
    internal string Usage =>
        $"{(Negatable ? "[!]" : "   ")} {string.Join(", ", Names.Select(name => "--" + name))}{string.Concat(Enumerable.Repeat(TakesText ? " TEXT" : " VALUE", Arity))}";

    /// <summary>How many words it takes.</summary>
    internal int Arity { get; }

    internal bool Negatable { get; init; }

    /// <summary>Options of one group exclude one another; an option without a group only excludes itself.</summary>
    internal string Group { get; init; } = "";

    /// <summary>Names of options that cannot stand with it; said of one of the two.</summary>
    internal IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>Names of options that must be given too.</summary>
    internal IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>It may be given more than once.</summary>
    internal bool MayRepeat { get; init; }

    /// <summary>Its argument is free text, so a word that looks like an option is taken too.</summary>
    internal bool TakesText { get; init; }

    /// <summary>Its one argument may be left out; then it is empty.</summary>
    internal bool MayLackArgument { get; init; }

    /// <summary>The arguments with this use's effect, or null where a value was wrong (reported).</summary>
    internal object? Apply(object state, OptionUse use) => _apply(state, use);
}

/// <summary>Makes the options of an extension whose arguments are a <typeparamref name="T"/>.</summary>
internal static class Option<T>
    where T : class
{
    /// <summary>An option without arguments.</summary>
    internal static OptionSpec Flag(
        string[] names, Func<T, bool, T> set, bool negatable = false, string group = "", string[]? excludes = null, string[]? needs = null) =>
        new(names, 0, (state, use) => set((T)state, use.Negated))
        {
            Negatable = negatable,
            Group = group,
            Excludes = excludes ?? [],
            Needs = needs ?? [],
        };

    /// <summary>An option with one argument; <paramref name="set"/> is given the value and whether the option is negated.</summary>
    internal static OptionSpec Value<TValue>(
        string[] names,
        ValueReader<TValue> read,
        Func<T, TValue, bool, T> set,
        bool negatable = false,
        string group = "",
        bool takesText = false,
        string[]? excludes = null,
        string[]? needs = null) =>
        new(names, 1, (state, use) => read(use.First, use.Context, out TValue value) ? set((T)state, value, use.Negated) : null)
        {
            Negatable = negatable,
            Group = group,
            TakesText = takesText,
            Excludes = excludes ?? [],
            Needs = needs ?? [],
        };

    /// <summary>An option with two arguments of one kind.</summary>
    internal static OptionSpec Pair<TValue>(
        string[] names,
        ValueReader<TValue> read,
        Func<T, TValue, TValue, bool, T> set,
        bool negatable = false,
        string group = "")
    {
        return new OptionSpec(names, 2, Apply) { Negatable = negatable, Group = group };

        object? Apply(object state, OptionUse use)
        {
            bool first = read(use.First, use.Context, out TValue left);
            bool second = read(use.Second, use.Context, out TValue right);
            return first && second ? set((T)state, left, right, use.Negated) : null;
        }
    }

    /// <summary>An option of iptables that is known and refused.</summary>
    internal static OptionSpec Unsupported(string[] names, int arity, string reason) => new(names, arity, (_, use) =>
    {
        use.Context.Diagnostics.Report(
            Diagnostics.ErrorCodes.UnsupportedOption, use.Option, $"--{names[0]} is not supported", reason);
        return null;
    });
}
