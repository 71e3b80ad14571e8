using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using MiniFirewall.Cli;

namespace MiniFirewall.Manual.Commands;

/// <summary>Reads what the command line says of itself.</summary>
internal static class CommandReader
{
    internal static CommandPart Read(RootCommand root) => Read(root, "minifw");

    private static CommandPart Read(Command command, string path)
    {
        string[] paragraphs = [.. (command.Description ?? "").ReplaceLineEndings("\n").Split("\n\n").Select(paragraph => paragraph.TrimEnd())];
        return new(
            path,
            paragraphs[0].TrimEnd('.').Replace('\n', ' '),
            paragraphs[1..],
            [.. command.Arguments.Where(argument => !argument.Hidden).Select(Read)],
            [.. command.Options.Where(option => !option.Hidden).Select(Read)],
            [.. command.Subcommands.Where(part => !part.Hidden).Select(part => Read(part, $"{path} {part.Name}"))],
            HelpWithExamples.Of(command)?.Split('\n') ?? []);
    }

    private static ArgumentPart Read(Argument argument) => new(
        argument.HelpName ?? argument.Name, argument.Description ?? "", argument.Arity.MinimumNumberOfValues > 0, argument.Arity.MaximumNumberOfValues > 1, Words(argument));

    private static OptionPart Read(Option option)
    {
        string[] names = [.. option.Aliases.Prepend(option.Name).Where(name => name is not ("-?" or "/?" or "/h")).OrderByDescending(name => name.StartsWith("--", StringComparison.Ordinal))];
        bool hasValue = option is not (HelpOption or VersionOption) && option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;
        string value = option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant();
        return new(names, option.Description ?? "", hasValue ? value : null, option.Arity.MinimumNumberOfValues > 0, hasValue ? Words(option) : []);
    }

    private static string[] Words(Symbol symbol) => [.. symbol.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
}
