using System.CommandLine;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw save: keeps what is in force over a reboot.</summary>
internal static class SaveRulesCommand
{
    internal static Command Create()
    {
        Option<string?> message = CommandOptions.Message();
        var command = new Command("save", "Put the rules in force on disk, so that the next boot loads them: what iptables commands have changed since the last apply, too.") { message };
        command.SetAction(result => Guarded.Run(() =>
        {
            PersistentRules kept = PersistentRules.Of(FirewallEngine.Open());
            int? number = kept.Save(ChangeNote.Of("save", result.GetValue(message)));
            Console.Out.WriteLine(number is null ? $"nothing to save: rule set {kept.OnDisk!.Number} in {kept.Directory} is what is in force" : $"rule set {number} in {kept.Directory}");
            return ExitCode.Done;
        }));
        HelpWithExamples.AddTo(command, """
            minifw save
            minifw save -m "let the new monitoring in"
            """);
        return command;
    }
}
