using System.CommandLine;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw default: what becomes of packets that no entry is about.</summary>
internal static class DefaultCommand
{
    internal static Command Create()
    {
        Argument<string> action = new("ACTION") { Description = "allow, deny or reject." };
        Argument<string> direction = new("DIRECTION") { Description = "incoming (where it is left out), outgoing or routed.", DefaultValueFactory = _ => "incoming" };
        action.Offering("allow", "deny", "reject");
        direction.Offering("incoming", "outgoing", "routed");
        var options = new VerbOptions();
        var command = new Command("default", "Set what becomes of packets that no entry is about.") { action, direction };
        options.AddTo(command);
        command.SetAction(result => Guarded.Run(() =>
        {
            VerbAction what = ReadAction(result.GetRequiredValue(action));
            Direction where = ReadDirection(result.GetRequiredValue(direction));
            return VerbRun.Change($"default {what.Word()} {where.DefaultWord()}", rules => new DefaultEditor(rules, VerbRun.Options).Set(what, where), options.Read(result));
        }));
        HelpWithExamples.AddTo(command, """
            minifw allow ssh && minifw default deny incoming
            minifw default allow outgoing
            minifw default reject routed --dry-run
            """);
        return command;
    }

    private static VerbAction ReadAction(string word) => word switch
    {
        "allow" => VerbAction.Allow,
        "deny" => VerbAction.Deny,
        "reject" => VerbAction.Reject,
        _ => throw new UsageException($"a default is allow, deny or reject, not '{word}'"),
    };

    private static Direction ReadDirection(string word) => word switch
    {
        "incoming" or "input" => Direction.In,
        "outgoing" or "output" => Direction.Out,
        "routed" or "forward" => Direction.Routed,
        _ => throw new UsageException($"a direction is incoming, outgoing or routed, not '{word}'"),
    };
}
