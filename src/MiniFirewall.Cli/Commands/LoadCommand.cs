using System.CommandLine;
using MiniFirewall.Cli.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw load: puts in force what is on disk, as the boot does.</summary>
internal static class LoadCommand
{
    internal static Command Create()
    {
        Option<bool> boot = new("--boot")
        {
            Description = "As at boot: rules that are in force already stay, and where the rule set on disk cannot be loaded, the configured one takes its place.",
        };
        Option<bool> force = new("--force") { Description = "Also where the rules cut the session that you type in, or close a failsafe port; at boot nobody asks." };
        var command = new Command("load", "Put the rule set on disk in force. Asks no name server and waits for no interface.") { boot, force };
        command.SetAction(result => Guarded.Run(() => result.GetValue(boot) ? BootLoad.Run() : BootLoad.RunByHand(result.GetValue(force))));
        HelpWithExamples.AddTo(command, """
            minifw load
            minifw load --boot             what minifw.service runs
            """);
        return command;
    }
}
