using System.CommandLine;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Model;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw allow, deny, reject, limit; and with insert N, prepend or route before them.</summary>
internal static class AllowCommand
{
    private const string Examples = """
        minifw allow 22/tcp
        minifw allow from 10.0.0.0/8 to any port 5432 proto tcp comment 'office'
        minifw allow in on eth0 to any port 80,443 proto tcp
        minifw limit ssh
        minifw deny out 25
        minifw insert 1 deny from 203.0.113.7
        minifw route allow in on eth1 out on eth0
        """;

    /// <summary>What an entry begins with behind insert, prepend and route.</summary>
    private static readonly string[] s_actions = ["allow", "deny", "reject", "limit"];

    /// <summary>What may stand in an entry, but for its ports, addresses and names.</summary>
    private static readonly string[] s_words = ["in", "out", "on", "log", "log-all", "from", "to", "any", "port", "app", "proto", "comment"];

    internal static Command Create(VerbAction action) => Create(action.Word(), DescriptionOf(action), (_, words) => ([action.Word(), .. words], null), "ENTRY", withNumber: false);

    /// <summary>insert N ENTRY.</summary>
    internal static Command CreateInsert() => Create("insert", "Put an entry before the one of a number.", (number, words) => (words, number), "ENTRY", withNumber: true, s_actions);

    /// <summary>prepend ENTRY.</summary>
    internal static Command CreatePrepend() => Create("prepend", "Put an entry before all others of its direction.", (_, words) => (words, 0), "ENTRY", withNumber: false, s_actions);

    /// <summary>route [insert N|prepend|delete] ENTRY.</summary>
    internal static Command CreateRoute()
    {
        (string[] Words, int? Number) Read(int? _, string[] words) => words switch
        {
            ["insert", var number, .. var rest] => (["route", .. rest], NumberOf(number)),
            ["prepend", .. var rest] => (["route", .. rest], 0),
            _ => (["route", .. words], null),
        };
        return Create("route", "An entry for packets that pass through this host: allow, deny, reject or limit behind it.", Read, "ENTRY", withNumber: false, s_actions);
    }

    private static Command Create(string name, string description, Func<int?, string[], (string[] Words, int? Number)> read, string what, bool withNumber, params string[] first)
    {
        Argument<int> number = new("N") { Description = "A number of status numbered." };
        Argument<string[]> words = new(what)
        {
            Description = "[in|out [on IF]] [log|log-all] PORT[/tcp|/udp] | SERVICE | APPLICATION | [from A [port P]] [to B [port P]] [proto X], then [comment TEXT].",
            Arity = ArgumentArity.ZeroOrMore,
        };
        words.Offering([.. first, .. s_words]);
        var options = new VerbOptions();
        Command command = withNumber ? new Command(name, description) { number, words } : new Command(name, description) { words };
        options.AddTo(command);
        command.SetAction(result => Guarded.Run(() =>
        {
            (string[] entry, int? place) = read(withNumber ? Positive(result.GetValue(number)) : null, result.GetValue(words) ?? []);
            VerbRequest request = options.Read(result);
            return entry is ["route", "delete", .. var rest] ? DeleteCommand.Run(["route", .. rest], request) : Run(entry, place, request);
        }));
        HelpWithExamples.AddTo(command, Examples);
        return command;
    }

    private static int Run(string[] words, int? place, VerbRequest request)
    {
        Intent intent = VerbRun.ReadIntent(words);
        string before = place switch { null => "", 0 => "prepend ", { } number => $"insert {number} " };
        return VerbRun.Change(before + string.Join(' ', words), rules => new VerbEditor(rules, VerbRun.Options).Add(intent, place), request, now => NoteOf(intent, now));
    }

    private static string? NoteOf(Intent intent, RuleSet now) =>
        intent.Action is VerbAction.Allow or VerbAction.Limit && DefaultEditor.Of(now, intent.Direction) == VerbAction.Allow
            ? $"note: {intent.Direction.DefaultWord()} packets that no entry denies are allowed; minifw default deny {intent.Direction.DefaultWord()} closes the rest"
            : null;

    private static int Positive(int number) => number > 0 ? number : throw new UsageException($"{number} is no number of an entry: they count from 1");

    private static int NumberOf(string word) => int.TryParse(word, out int number) ? Positive(number) : throw new UsageException($"'{word}' is no number of an entry: insert N ...");

    private static string DescriptionOf(VerbAction action) => action switch
    {
        VerbAction.Allow => "Let packets pass: a port, a service, an application, or from and to addresses.",
        VerbAction.Deny => "Drop packets without an answer.",
        VerbAction.Reject => "Drop packets and say so to their sender (minifw serve sends the answers).",
        _ => "Allow, but reject an address that begins 6 connections within 30 seconds.",
    };
}
