using System.CommandLine;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw undo: puts an earlier rule set in force again.</summary>
internal static class UndoCommand
{
    internal static Command Create()
    {
        Argument<int> changes = new("N") { Description = "How many changes to take back.", DefaultValueFactory = _ => 1 };
        Option<int?> to = new("--to") { Description = "The number in the history of the rule set to go back to, in place of N.", HelpName = "NUMBER" };
        ChangeOptions options = new();
        var command = new Command("undo", "Take back the last change, or the last N: what is in force and not on disk counts as the first.") { changes, to };
        options.AddTo(command);
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(changes), result.GetValue(to), options.Read(result))));
        HelpWithExamples.AddTo(command, """
            minifw undo
            minifw undo 3 -m "the proxy did not come back"
            minifw undo --to 12
            """);
        return command;
    }

    private static int Run(int changes, int? to, ChangeRequest request)
    {
        if (changes < 1)
        {
            throw new UsageException($"{changes} changes cannot be taken back; a number from 1 on");
        }

        FirewallEngine engine = FirewallEngine.Open();
        PersistentRules kept = PersistentRules.Of(engine);
        KeptRules before = to is { } number ? kept.Find(number) : kept.Before(changes);
        new RuleSetChange(engine, request).Restore(before, to is null ? $"undo {changes}" : $"undo --to {to}");
        return ExitCode.Done;
    }
}
