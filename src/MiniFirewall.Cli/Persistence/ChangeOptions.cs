using System.CommandLine;
using MiniFirewall.Cli.Commands;
using MiniFirewall.Cli.Safety;
using MiniFirewall.Engine;

namespace MiniFirewall.Cli.Persistence;

/// <summary>The options of commands that change the rule set.</summary>
internal sealed class ChangeOptions
{
    private const string Temporary = "--temporary", UntilBoot = "boot";

    private readonly Option<string?> _message = CommandOptions.Message();

    private readonly Option<string?> _confirm = Time("--confirm", ArgumentArity.ExactlyOne, "Put the rules before back after TIME, unless 'minifw confirm' comes. The kernel does it, whatever becomes of this shell.");

    private readonly Option<string?> _temporary = Time(
        Temporary, ArgumentArity.ZeroOrOne, "Leave the disk as it is: the next boot loads what was there before. With TIME, put the rules before back after it.");

    /// <summary>The words of a command line with a time behind each --temporary: the next word may be a file's name as well.</summary>
    internal static string[] Spelled(string[] arguments) => arguments is ["off", ..]
        ? arguments
        : [.. arguments.SelectMany((word, i) => word == Temporary && !IsTime(arguments.ElementAtOrDefault(i + 1)) ? [word, UntilBoot] : (string[])[word])];

    private readonly Option<bool> _force = new("--force") { Description = "Also where the rules cut the session that you type in, or close a failsafe port." };

    internal void AddTo(Command command)
    {
        command.Options.Add(_force);
        command.Options.Add(_confirm);
        command.Options.Add(_temporary);
        command.Options.Add(_message);
    }

    /// <exception cref="UsageException">Two of them contradict each other.</exception>
    internal ChangeRequest Read(ParseResult result)
    {
        bool isTemporary = result.GetResult(_temporary) is not null;
        TimeSpan? confirm = Read(result, _confirm), temporary = Read(result, _temporary);
        if (isTemporary && confirm is not null)
        {
            throw new UsageException("--confirm keeps the rules once they are confirmed, and --temporary does not; leave one of them out");
        }

        TrialRequest? trial = confirm is { } until ? new(until, TrialKind.Confirm) : temporary is { } time ? new(time, TrialKind.Temporary) : null;
        return new(result.GetValue(_message), isTemporary, trial, result.GetValue(_force) || LockoutCheck.IsForced);
    }

    private static bool IsTime(string? word) => word is not null && (word == UntilBoot || Duration.TryParse(word) is not null);

    private static Option<string?> Time(string name, ArgumentArity arity, string description) => new(name) { Description = description, HelpName = "TIME", Arity = arity };

    private TimeSpan? Read(ParseResult result, Option<string?> option) => result.GetValue(option) switch
    {
        null => null,
        UntilBoot when option == _temporary => null,
        { } text => Duration.TryParse(text) ?? throw new UsageException($"{option.Name} takes {Duration.Help}, not {text}"),
    };
}
