using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw history: the rule sets that were on disk.</summary>
internal static class HistoryCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("history", "Print the rule sets that are kept on disk, the newest first: when, who, how and why.") { json };
        command.SetAction(result => Guarded.Run(() =>
        {
            IReadOnlyList<KeptRules> history = PersistentRules.Of(FirewallEngine.Open()).History();
            if (result.GetValue(json))
            {
                JsonOutput.Document(writer => HistoryOutput.WriteJson(history, writer));
            }
            else
            {
                HistoryOutput.Write(history);
            }

            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw history
            minifw history --json | jq -r '.[] | "\(.number) \(.why)"'
            """);
        return command;
    }
}
