using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw status numbered: the rules in force as entries, with the numbers and ids that delete and insert take.</summary>
internal static class StatusNumberedCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("numbered", "Print the rules in force as entries, with numbers and ids.") { json };
        command.SetAction(result => Guarded.Run(() =>
        {
            LoadedRuleSet? loaded = FirewallEngine.Open().Read();
            if (result.GetValue(json))
            {
                JsonOutput.Document(writer => EntryOutput.WriteJson(writer, loaded));
            }
            else
            {
                EntryOutput.Write(loaded);
            }

            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw status numbered
            minifw status numbered --json | jq '.entries[] | {id, command}'
            """);
        return command;
    }
}
