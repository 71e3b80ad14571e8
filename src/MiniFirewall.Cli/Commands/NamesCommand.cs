using System.Collections.Immutable;
using System.CommandLine;
using MiniFirewall.Cli.Names;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Names;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw names: the host names of the rules in force, and what is known of them.</summary>
internal static class NamesCommand
{
    internal static Command Create()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("names", "Print the host names of the rules in force: addresses, how long they hold, when they are asked for again.") { json };
        command.SetAction(result => Guarded.Run(() => Show(result.GetValue(json))));
        command.Subcommands.Add(CreateRefresh());
        HelpWithExamples.AddTo(command, """
            minifw names
            minifw names --json | jq '.[] | select(.addresses == [])'
            minifw names refresh
            """);
        return command;
    }

    private static Command CreateRefresh()
    {
        Option<bool> json = CommandOptions.Json();
        var command = new Command("refresh", "Ask for all names now, make true what is said, and print them. Exit code 1 where somebody could not be asked.") { json };
        command.SetAction(result => Guarded.Run(() => Refresh(result.GetValue(json))));
        HelpWithExamples.AddTo(command, "minifw names refresh");
        return command;
    }

    private static int Show(bool asJson)
    {
        NameOutput.Write(FirewallEngine.Open().ReadNames() ?? [], asJson, DateTimeOffset.UtcNow);
        return ExitCode.Done;
    }

    private static int Refresh(bool asJson)
    {
        ImmutableArray<KnownName> names = FirewallEngine.Open().RefreshNames()
            ?? throw new FirewallException(FirewallFailure.Refused, "no rules are loaded in this network namespace");
        NameOutput.Write(names, asJson, DateTimeOffset.UtcNow);
        return names.Any(name => name.Failures > 0) ? ExitCode.Refused : ExitCode.Done;
    }
}
