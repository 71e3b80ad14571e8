namespace MiniFirewall.Rules.Grammar;

/// <summary>What an option of the command line itself means.</summary>
internal enum GlobalKind
{
    Append,
    Delete,
    Insert,
    Flush,
    Zero,
    NewChain,
    DeleteChain,
    Policy,

    /// <summary>Makes sense on a command line of its own only: a text has no rules before it to replace.</summary>
    Replace,

    /// <summary>This and the next ones do not describe a rule set: they make sense on a command line only.</summary>
    Check,
    List,
    ListRules,
    RenameChain,
    Version,
    Help,
    Source,
    Destination,
    Protocol,
    InInterface,
    OutInterface,
    Jump,
    Goto,
    Match,
    Fragment,
    Counters,
    Table,
    OnlyIPv4,
    OnlyIPv6,

    Verbose,
    Wait,
    WaitInterval,
    Numeric,
    Exact,
    LineNumbers,

    /// <summary>A program that loads kernel modules; none is ever needed.</summary>
    ModuleLoader,
}

/// <summary>One option of the command line itself (iptables xshared.c, the original options).</summary>
/// <param name="Short">The letter, or '\0'.</param>
/// <param name="Arity">How many words it must be given; a command looks for more itself.</param>
internal sealed record GlobalOption(GlobalKind Kind, char Short, string[] Names, int Arity, bool Negatable = false)
{
    /// <summary>Takes a word that may be left out, or that is optional beyond the arity; such a word may be glued to it.</summary>
    internal bool TakesMore => Kind is GlobalKind.Flush or GlobalKind.Zero or GlobalKind.DeleteChain or GlobalKind.List
        or GlobalKind.ListRules or GlobalKind.Help or GlobalKind.Wait or GlobalKind.WaitInterval;

    /// <summary>What the option asks the command line to do, and not how.</summary>
    internal bool IsCommand => Kind <= GlobalKind.Help;

    /// <summary>The option as iptables names it: by its letter.</summary>
    internal string Letter => $"-{Short}";

    internal static readonly GlobalOption[] All =
    [
        new(GlobalKind.Append, 'A', ["append"], 1),
        new(GlobalKind.Delete, 'D', ["delete"], 1),
        new(GlobalKind.Insert, 'I', ["insert"], 1),
        new(GlobalKind.Flush, 'F', ["flush"], 0),
        new(GlobalKind.Zero, 'Z', ["zero"], 0),
        new(GlobalKind.NewChain, 'N', ["new-chain"], 1),
        new(GlobalKind.DeleteChain, 'X', ["delete-chain"], 0),
        new(GlobalKind.Policy, 'P', ["policy"], 1),
        new(GlobalKind.Replace, 'R', ["replace"], 1),
        new(GlobalKind.List, 'L', ["list"], 0),
        new(GlobalKind.ListRules, 'S', ["list-rules"], 0),
        new(GlobalKind.Check, 'C', ["check"], 1),
        new(GlobalKind.RenameChain, 'E', ["rename-chain"], 1),
        new(GlobalKind.Version, 'V', ["version"], 0, true),
        new(GlobalKind.Help, 'h', ["help"], 0),
        new(GlobalKind.Source, 's', ["source", "src"], 1, true),
        new(GlobalKind.Destination, 'd', ["destination", "dst"], 1, true),
        new(GlobalKind.Protocol, 'p', ["protocol", "proto"], 1, true),
        new(GlobalKind.InInterface, 'i', ["in-interface"], 1, true),
        new(GlobalKind.OutInterface, 'o', ["out-interface"], 1, true),
        new(GlobalKind.Jump, 'j', ["jump"], 1),
        new(GlobalKind.Goto, 'g', ["goto"], 1),
        new(GlobalKind.Match, 'm', ["match"], 1),
        new(GlobalKind.Fragment, 'f', ["fragments"], 0, true),
        new(GlobalKind.Counters, 'c', ["set-counters"], 1),
        new(GlobalKind.Table, 't', ["table"], 1),
        new(GlobalKind.OnlyIPv4, '4', ["ipv4"], 0),
        new(GlobalKind.OnlyIPv6, '6', ["ipv6"], 0),
        new(GlobalKind.Verbose, 'v', ["verbose"], 0),
        new(GlobalKind.Wait, 'w', ["wait"], 0),
        new(GlobalKind.WaitInterval, 'W', ["wait-interval"], 0),
        new(GlobalKind.Numeric, 'n', ["numeric"], 0),
        new(GlobalKind.Exact, 'x', ["exact"], 0),
        new(GlobalKind.LineNumbers, '0', ["line-numbers"], 0),
        new(GlobalKind.ModuleLoader, 'M', ["modprobe"], 1),
    ];

    /// <summary>By the letter's code.</summary>
    private static readonly GlobalOption?[] Letters = LettersOf(All);

    private static readonly Dictionary<string, GlobalOption> LongNames =
        All.SelectMany(option => option.Names.Select(name => (name, option))).ToDictionary(entry => entry.name, entry => entry.option);

    /// <summary>Whether the long name of some option begins so.</summary>
    internal static bool HasBeginning(ReadOnlySpan<char> name)
    {
        foreach (string known in LongNames.Keys)
        {
            if (known.AsSpan().StartsWith(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The option of a letter; --line-numbers has a digit, which is for messages only.</summary>
    internal static GlobalOption? Find(char letter) => letter < Letters.Length && letter != '0' ? Letters[letter] : null;

    internal static GlobalOption Of(GlobalKind kind) => Array.Find(All, option => option.Kind == kind)!;

    /// <summary>The option of exactly this long name, or null.</summary>
    internal static GlobalOption? Find(ReadOnlySpan<char> name) =>
        LongNames.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out GlobalOption? option) ? option : null;

    private static GlobalOption?[] LettersOf(GlobalOption[] options)
    {
        var letters = new GlobalOption?[128];
        foreach (GlobalOption option in options)
        {
            letters[option.Short] = option;
        }

        return letters;
    }
}
