using System.CommandLine;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw off: takes the firewall away.</summary>
internal static class OffCommand
{
    internal static Command Create()
    {
        Option<bool> temporary = new("--temporary") { Description = "Until the next boot, which loads the rule set on disk." };
        Option<string?> message = CommandOptions.Message();
        var command = new Command("off", "Take all rules, and everything else minifw has in the kernel, away from this network namespace, and from the next boot on.") { temporary, message };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(temporary), result.GetValue(message))));
        HelpWithExamples.AddTo(command, """
            minifw off
            minifw off --temporary
            """);
        return command;
    }

    private static int Run(bool isTemporary, string? message)
    {
        FirewallEngine engine = FirewallEngine.Open();
        if (isTemporary)
        {
            engine.Off();
        }
        else
        {
            PersistentRules.Of(engine).Off(ChangeNote.Of("off", message));
        }

        return ExitCode.Done;
    }
}
