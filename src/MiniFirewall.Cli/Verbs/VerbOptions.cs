using System.CommandLine;
using MiniFirewall.Cli.Persistence;

namespace MiniFirewall.Cli.Verbs;

/// <summary>What a verb's options ask for.</summary>
/// <param name="IsDry">Only show the change.</param>
internal sealed record VerbRequest(bool IsDry, ChangeRequest Change);

/// <summary>The options of verbs: to look first, and those of every command that changes the rule set.</summary>
internal sealed class VerbOptions
{
    private readonly Option<bool> _dry = new("--dry-run") { Description = "Show the rules that would come and go; change nothing." };
    private readonly ChangeOptions _change = new();

    internal void AddTo(Command command)
    {
        command.Options.Add(_dry);
        _change.AddTo(command);
    }

    internal VerbRequest Read(ParseResult result) => new(result.GetValue(_dry), _change.Read(result));
}
