using System.CommandLine;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw confirm: ends the trial of the rules in force.</summary>
internal static class ConfirmCommand
{
    internal static Command Create()
    {
        Option<bool> back = new("--back") { Description = "Put the rules before the trial back now." };
        var command = new Command("confirm", "Keep the rules that are on trial, here and on disk. Exit code 1 where they are on none, or the rules before are back already.") { back };
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(back))));
        HelpWithExamples.AddTo(command, """
            minifw apply --confirm 60s new.rules    then, from a new session:
            minifw confirm
            minifw confirm --back
            """);
        return command;
    }

    private static int Run(bool isBack)
    {
        FirewallEngine engine = FirewallEngine.Open();
        if (isBack)
        {
            engine.GoBack();
            Console.Out.WriteLine("the rules before the trial are in force again");
        }
        else
        {
            PersistentRules kept = PersistentRules.Of(engine);
            Console.Out.WriteLine($"the rules stay: rule set {kept.Confirm()} in {kept.Directory}");
        }

        return ExitCode.Done;
    }
}
