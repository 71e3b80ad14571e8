using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Sets;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw set: looks at the sets of the rules in force, and changes them without a reload.</summary>
internal static class SetCommand
{
    internal static Command Create()
    {
        var command = new Command("set", "Show and change the sets of the rules in force; no rule is loaded again.")
        {
            CreateEdit("add", "Put elements into a set.", SetEdit.Add),
            CreateEdit("del", "Take elements out of a set.", SetEdit.Remove),
            CreateList(),
            CreateTest(),
            CreateLoad(),
        };
        HelpWithExamples.AddTo(command, """
            minifw set add blocked 192.0.2.0/24 198.51.100.7
            minifw set add blocked 192.0.2.128/25 nomatch
            minifw set add banned 203.0.113.7 timeout 60
            minifw set list blocked
            ipset save blocked | minifw set load -
            """);
        return command;
    }

    private static Command CreateEdit(string verb, string description, SetEdit edit)
    {
        Argument<string> name = Name();
        Argument<string[]> entries = new("ENTRY") { Description = "Elements as in a rule file; after one may stand nomatch, timeout SECONDS, packets N, bytes N, comment TEXT.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(verb, description) { name, entries };
        command.SetAction(result => Guarded.Run(() =>
        {
            string[] words = result.GetRequiredValue(entries);
            string set = result.GetRequiredValue(name);
            FirewallEngine engine = FirewallEngine.Open();
            engine.EditSet(set, edit, known => SetEntries.Read(known, words));
            SetTrialNote.Write(engine, [set]);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateList()
    {
        Argument<string?> name = new("NAME") { Description = "The set; all sets with their sizes where none is named.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("list", "Print a set as a rule file has it, or what sets there are.") { name, json };
        command.SetAction(result => Guarded.Run(() =>
        {
            FirewallEngine engine = FirewallEngine.Open();
            bool asJson = result.GetValue(json);
            if (result.GetValue(name) is { } one)
            {
                SetOutput.Write(engine.ReadSet(one), asJson);
            }
            else
            {
                SetOutput.Write(engine.ReadSets() ?? [], asJson);
            }

            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateTest()
    {
        Argument<string> name = Name(), entry = new("ENTRY") { Description = "A whole address, or what the set's elements are made of; a network asks for that element itself." };
        var command = new Command("test", "Say whether a set holds what a packet would bring: exit code 0 for yes, 1 for no.") { name, entry };
        command.SetAction(result => Guarded.Run(() =>
        {
            string set = result.GetRequiredValue(name), text = result.GetRequiredValue(entry);
            bool holds = FirewallEngine.Open().SetHolds(set, known => SetEntries.Read(known, [text]));
            Console.Out.WriteLine($"{text} is {(holds ? "" : "not ")}in set {set}");
            return holds ? ExitCode.Done : ExitCode.Refused;
        }));
        return command;
    }

    private static Command CreateLoad()
    {
        Argument<string> file = new("FILE") { Description = "ipset save's text, or set lines as in a rule file; - for the standard input." };
        var command = new Command("load", "Replace the elements of the sets that a file makes, each set's at one moment.") { file };
        command.SetAction(result => Guarded.Run(() =>
        {
            FirewallEngine engine = FirewallEngine.Open();
            RuleSet text = RuleFile.Read(result.GetRequiredValue(file));
            SetEntries.Load(engine, text);
            SetTrialNote.Write(engine, [.. text.Sets.Select(set => set.Name)]);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The set." };
}
