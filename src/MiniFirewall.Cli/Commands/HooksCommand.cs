using System.CommandLine;
using MiniFirewall.Cli.Hooks;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Surroundings;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw hooks: everything that packets meet on Netfilter's hooks here, in order.</summary>
internal static class HooksCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("hooks", "Print everything that packets meet on Netfilter's hooks here, in order, whoever put it there.") { json };
        command.SetAction(result => Guarded.Run(() =>
        {
            HostSurroundings surroundings = HostSurroundings.Read(FirewallEngine.Open());
            if (result.GetValue(json))
            {
                JsonOutput.Document(writer => HookOutput.WriteJson(writer, surroundings));
            }
            else
            {
                HookOutput.Write(surroundings);
            }

            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw hooks
            minifw hooks --json | jq '.hooks[] | select(.owner != "minifw")'
            """);
        return command;
    }
}
