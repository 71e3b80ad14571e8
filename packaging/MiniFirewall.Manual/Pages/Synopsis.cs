using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Pages;

/// <summary>How a command is written: its words, options in brackets, arguments.</summary>
internal static class Synopsis
{
    internal static string Of(CommandPart command)
    {
        IEnumerable<string> options = command.Options.Where(option => option.Names[0] is not ("--help" or "--version")).Select(option => $"[{Of(option)}]");
        IEnumerable<string> arguments = command.Arguments.Select(Of);
        return string.Join(' ', [Roff.Bold(command.Path), .. options, .. arguments]);
    }

    internal static string Of(OptionPart option) => option.Value is null ? Roff.Bold(option.Names[0])
        : option.IsValueRequired ? $"{Roff.Bold(option.Names[0])} {Roff.Italic(option.Value)}"
        : $"{Roff.Bold(option.Names[0])} [{Roff.Italic(option.Value)}]";

    /// <summary>All names of an option, with its value.</summary>
    internal static string Names(OptionPart option) =>
        string.Join(", ", option.Names.Select(Roff.Bold)) + (option.Value is null ? "" : $" {Roff.Italic(option.Value)}");

    private static string Of(ArgumentPart argument)
    {
        string name = Roff.Italic(argument.Name) + (argument.IsRepeated ? "..." : "");
        return argument.IsRequired ? name : $"[{name}]";
    }
}
