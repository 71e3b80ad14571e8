using System.CommandLine;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw status: what is loaded where.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("status", "Print what is loaded where: generation, hooks, programs, pins, lost events; and whether the disk has the same rules.") { json, StatusNumberedCommand.Create() };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(json))));
        HelpWithExamples.AddTo(command, """
            minifw status
            minifw status --json | jq .generation
            minifw status numbered
            """);
        return command;
    }

    private static int Run(bool asJson)
    {
        FirewallEngine engine = FirewallEngine.Open();
        FirewallStatus status = engine.Status();
        LoadedRuleSet? loaded = engine.Read();
        var report = new StatusReport(status, loaded, KeptState.Read(PersistentRules.Of(engine), loaded), engine.ReadNames() ?? [], KernelFacts.Read());
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
