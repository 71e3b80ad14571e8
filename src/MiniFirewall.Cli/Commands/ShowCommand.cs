using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw show: the rules in force, with their counters.</summary>
internal static class ShowCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("show", "Print the rules in force, with their counters.") { json };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw show
            minifw show --json | jq '.chains[].rules[].counters'
            """);
        return command;
    }

    private static int Run(bool asJson)
    {
        LoadedRuleSet? loaded = FirewallEngine.Open().Read();
        if (asJson)
        {
            JsonOutput.Document(json => RuleSetJson.Write(json, loaded));
        }
        else if (loaded is null)
        {
            Console.Out.WriteLine("no rules are loaded in this network namespace: minifw lets every packet pass");
        }
        else
        {
            RuleSetTable.Write(loaded);
        }

        return ExitCode.Done;
    }
}
