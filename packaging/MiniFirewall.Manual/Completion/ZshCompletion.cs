using System.Globalization;
using System.Text;
using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Completion;

/// <summary>Completion for zsh(1): a function for each command, which _arguments walks.</summary>
internal static class ZshCompletion
{
    internal static string Write(CommandPart root)
    {
        var text = new StringBuilder("""
            #compdef minifw
            # zsh completion for minifw(8). Written from the commands themselves; do not edit.


            """);
        foreach (CommandPart command in Words.All(root))
        {
            WriteFunction(text, command, command == root ? Words.IptablesNames : []);
        }

        return text.Append("_minifw \"$@\"\n").ToString();
    }

    private static void WriteFunction(StringBuilder text, CommandPart command, string[] more)
    {
        text.Append(CultureInfo.InvariantCulture, $"{Function(command)}() {{\n");
        if (command.Commands.Count > 0)
        {
            text.Append("    local context state line\n");
        }

        text.Append("    _arguments");
        foreach (OptionPart option in command.Options)
        {
            text.Append(CultureInfo.InvariantCulture, $" \\\n        {Option(option)}");
        }

        if (command.Commands.Count > 0)
        {
            text.Append(" \\\n        '1: :->command' \\\n        '*:: :->rest'\n");
            WriteStates(text, command, more);
        }
        else
        {
            foreach (ArgumentPart argument in command.Arguments)
            {
                text.Append(CultureInfo.InvariantCulture, $" \\\n        {Argument(argument)}");
            }

            text.Append('\n');
        }

        text.Append("}\n\n");
    }

    private static void WriteStates(StringBuilder text, CommandPart command, string[] more)
    {
        text.Append("    case $state in\n        command)\n            local -a commands=(");
        foreach (CommandPart part in command.Commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n                {Words.Quote($"{part.Name}:{Plain(Words.Short(part.Summary))}")}");
        }

        foreach (string name in more)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n                {Words.Quote($"{name}:iptables' own command line")}");
        }

        text.Append("\n            )\n            _describe command commands\n            ;;\n        rest)\n            case $words[1] in\n");
        foreach (CommandPart part in command.Commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"                {part.Name}) {Function(part)} ;;\n");
        }

        text.Append("            esac\n            ;;\n    esac\n");
    }

    private static string Option(OptionPart option)
    {
        string value = option.Value is null ? "" : $":{option.Value}:{Action(option.IsFile, option.Words)}";
        string rest = $"[{Plain(Words.Short(option.Description))}]{value}";
        return option.Names.Count == 1 ? Words.Quote(option.Names[0] + rest)
            : $"{Words.Quote($"({string.Join(' ', option.Names)})")}{{{string.Join(',', option.Names)}}}{Words.Quote(rest)}";
    }

    private static string Argument(ArgumentPart argument) =>
        Words.Quote($"{(argument.IsRepeated ? "*" : "")}:{(argument.IsRequired || argument.IsRepeated ? "" : ":")}{argument.Name}:{Action(argument.IsFile, argument.Words)}");

    private static string Action(bool isFile, IReadOnlyList<string> words) => isFile ? "_files" : words.Count > 0 ? $"({string.Join(' ', words)})" : " ";

    private static string Function(CommandPart command) => "_" + command.Path.Replace(' ', '_').Replace('-', '_');

    /// <summary>Characters that _arguments and _describe read themselves are left out.</summary>
    private static string Plain(string text) => text.Replace("[", "(", StringComparison.Ordinal).Replace("]", ")", StringComparison.Ordinal).Replace(":", " -", StringComparison.Ordinal);
}
