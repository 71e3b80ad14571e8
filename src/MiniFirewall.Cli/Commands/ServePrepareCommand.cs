using System.CommandLine;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw serve prepare: what the service needs and may not do itself.</summary>
internal static class ServePrepareCommand
{
    internal static Command Create()
    {
        var command = new Command("prepare", "Mount the place where the firewall's state is pinned, for a service that may not (CAP_SYS_ADMIN). Its unit does so first.");
        command.SetAction(_ => Guarded.Run(() =>
        {
            using ServiceHome home = ServiceHome.Open();
            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, "minifw serve prepare");
        return command;
    }
}
