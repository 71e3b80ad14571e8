using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Grammar;

/// <summary>The grammar of a match or a target: its name and its options.</summary>
public abstract class ExtensionGrammar
{
    private readonly Dictionary<string, OptionSpec> _byName = [];

    private protected ExtensionGrammar(string name, object initial)
    {
        Name = name;
        Initial = initial;
    }

    public string Name { get; }

    /// <summary>The options, a line each, for people: spellings, and how many words stand behind them.</summary>
    public IEnumerable<string> Usage => Options.Select(option => option.Usage);

    internal IReadOnlyList<OptionSpec> Options
    {
        get;
        init
        {
            field = value;
            _byName = value.SelectMany(option => option.Names.Select(name => (name, option))).ToDictionary(entry => entry.name, entry => entry.option);
        }
    } = [];

    /// <summary>Options of which one must be given; empty where none need be.</summary>
    internal IReadOnlyList<string> OneOf { get; init; } = [];

    /// <summary>What iptables says where none of <see cref="OneOf"/> is given, if that is not its common text.</summary>
    internal string? MissingText { get; init; }

    /// <summary>Options each of which must be given.</summary>
    internal IReadOnlyList<string> Mandatory { get; init; } = [];

    /// <summary>
    /// The arguments as they are kept, from what the options have said one by one, once <see cref="Check"/> has found nothing;
    /// null where together they make no sense (reported).
    /// </summary>
    internal Func<object, Word, ReadContext, object?>? Complete { get; init; }

    /// <summary>A last look at the arguments as a whole, given the word that named the extension; reports what is wrong.</summary>
    internal Func<object, Word, ReadContext, bool>? Check { get; init; }

    /// <summary>The option of exactly this name, or null.</summary>
    internal OptionSpec? FindOption(ReadOnlySpan<char> name) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out OptionSpec? option) ? option : null;

    /// <summary>Whether the name of some option begins so.</summary>
    internal bool HasBeginning(ReadOnlySpan<char> name)
    {
        foreach (string known in _byName.Keys)
        {
            if (known.AsSpan().StartsWith(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The arguments before any option has been read.</summary>
    internal object Initial { get; }
}
