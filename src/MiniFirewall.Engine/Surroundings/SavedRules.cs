using System.Collections.Immutable;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>Rules of somebody else, as iptables-save prints them.</summary>
public sealed class SavedRules
{
    private readonly Dictionary<(string Table, string Chain), string> _policies = [];
    private readonly List<(string Table, string Chain, string Rule)> _rules = [];

    private SavedRules()
    {
    }

    /// <summary>Table, chain, and the rule behind "-A CHAIN".</summary>
    public IReadOnlyList<(string Table, string Chain, string Rule)> Rules => _rules;

    /// <summary>Reads what a program such as iptables-legacy-save says; null where it is not installed or says nothing.</summary>
    internal static SavedRules? TryRead(string program) => SystemTool.TryRun(program) is { } text ? Parse(text) : null;

    public static SavedRules Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var saved = new SavedRules();
        string table = "";
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ', 3);
            switch (line)
            {
                case ['*', ..]: table = line[1..].Trim(); break;
                case [':', ..] when words.Length > 1: saved._policies[(table, words[0][1..])] = words[1]; break;
                case ['-', 'A', ' ', ..]: saved._rules.Add((table, words[1], words.Length > 2 ? words[2] : "")); break;
                default: break;
            }
        }

        return saved;
    }

    internal int CountOf(string table, string chain) => _rules.Count(rule => rule.Table == table && rule.Chain == chain);

    internal string? PolicyOf(string table, string chain) => _policies.GetValueOrDefault((table, chain)) is { } policy and not "-" ? policy : null;
}
