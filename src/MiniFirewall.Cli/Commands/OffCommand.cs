using System.CommandLine;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw off: takes the firewall away.</summary>
internal static class OffCommand
{
    internal static Command Create()
    {
        var command = new Command("off", "Take all rules, and everything else minifw has in the kernel, away from this network namespace.");
        command.SetAction(_ => Guarded.Run(Run));
        HelpWithExamples.AddTo(command, "minifw off");
        return command;
    }

    private static int Run()
    {
        FirewallEngine.Open().Off();
        return ExitCode.Done;
    }
}
