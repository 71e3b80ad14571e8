using System.CommandLine;
using MiniFirewall.Cli.Logging;

namespace MiniFirewall.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommandOptions
{
    /// <summary>An argument whose value is often one of these words: shells offer them, and others are not refused.</summary>
    internal static Argument<T> Offering<T>(this Argument<T> argument, params string[] words)
    {
        argument.HelpName ??= argument.Name;
        argument.CompletionSources.Add(words);
        return argument;
    }

    internal static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs." };

    internal static Option<string?> Message() => new("--message", "-m") { Description = "Why: kept in the history, one line.", HelpName = "REASON" };

    internal static Option<EventFormat> EventFormat(EventFormat usual, string name = "--format")
    {
        Dictionary<string, EventFormat> words = new() { ["text"] = Logging.EventFormat.Text, ["kernel"] = Logging.EventFormat.Kernel, ["json"] = Logging.EventFormat.Json };
        return new(name)
        {
            Description = "text, kernel (as the kernel's LOG writes) or json.",
            DefaultValueFactory = _ => usual,
            CustomParser = result =>
            {
                if (!words.TryGetValue(result.Tokens[0].Value, out EventFormat format))
                {
                    result.AddError($"{name} is one of {string.Join(", ", words.Keys)}, not {result.Tokens[0].Value}");
                }

                return format;
            },
        };
    }
}
