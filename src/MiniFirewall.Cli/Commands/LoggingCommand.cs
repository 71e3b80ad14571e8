using System.CommandLine;
using MiniFirewall.Cli.Verbs;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw logging: whether what is denied by default is reported.</summary>
internal static class LoggingCommand
{
    internal static Command Create()
    {
        Argument<string> level = new("LEVEL") { Description = "on (or low): a LOG rule, three a minute after the first ten; off: none." };
        level.Offering("on", "low", "off");
        var options = new VerbOptions();
        var command = new Command("logging", "Report packets that are denied by default, as minifw log shows them.") { level };
        options.AddTo(command);
        command.SetAction(result => Guarded.Run(() =>
        {
            bool on = Read(result.GetRequiredValue(level));
            return VerbRun.Change($"logging {(on ? "on" : "off")}", rules => new DefaultEditor(rules, VerbRun.Options).Log(on), options.Read(result));
        }));
        HelpWithExamples.AddTo(command, """
            minifw logging on
            minifw logging off
            """);
        return command;
    }

    private static bool Read(string level) => level switch
    {
        "on" or "low" => true,
        "off" => false,
        "medium" or "high" or "full" => throw new UsageException(
            $"logging {level} is ufw's, and minifw does without: minifw log -f shows every drop while you look, and 'log' in an entry reports what it allows"),
        _ => throw new UsageException($"a level is on, low or off, not '{level}'"),
    };
}
