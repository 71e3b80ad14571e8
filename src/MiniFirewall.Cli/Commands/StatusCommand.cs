using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw status: what is loaded where.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("status", "Print what is loaded where: generation, hooks, programs, pins, lost events.") { json };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw status
            minifw status --json | jq .generation
            """);
        return command;
    }

    private static int Run(bool asJson)
    {
        FirewallEngine engine = FirewallEngine.Open();
        var report = new StatusReport(engine.Status(), engine.Read(), engine.ReadNames() ?? [], KernelFacts.Read());
        if (asJson)
        {
            JsonOutput.Document(report.WriteJson);
        }
        else
        {
            report.Write();
        }

        return ExitCode.Done;
    }
}
