using System.CommandLine;
using MiniFirewall.Cli.Commands;

namespace MiniFirewall.Cli.Persistence;

/// <summary>The options of commands that change the rule set.</summary>
internal sealed class ChangeOptions
{
    private readonly Option<string?> _message = CommandOptions.Message();
    private readonly Option<bool> _temporary = new("--temporary") { Description = "Leave the disk as it is: the next boot loads what was there before." };

    internal void AddTo(Command command)
    {
        command.Options.Add(_message);
        command.Options.Add(_temporary);
    }

    internal ChangeRequest Read(ParseResult result) => new(result.GetValue(_message), result.GetValue(_temporary));
}
