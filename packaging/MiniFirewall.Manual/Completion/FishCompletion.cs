using System.Globalization;
using System.Text;
using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Completion;

/// <summary>Completion for fish(1).</summary>
internal static class FishCompletion
{
    internal static string Write(CommandPart root)
    {
        var text = new StringBuilder($$"""
            # fish completion for minifw(8). Written from the commands themselves; do not edit.

            # The command that the words so far call, such as "minifw set add".
            function __minifw_path
                set -l path minifw
                for word in (commandline -opc)[2..-1]
                    switch "$path $word"
                        case {{string.Join(' ', Words.All(root).Skip(1).Select(command => Words.Quote(command.Path)))}}
                            set path "$path $word"
                    end
                end
                echo $path
            end

            function __minifw_at
                test (__minifw_path) = "$argv"
            end

            complete -c minifw -f

            """);
        foreach (CommandPart command in Words.All(root))
        {
            string begin = $"complete -c minifw -n {Words.Quote($"__minifw_at {command.Path}")}";
            foreach (CommandPart part in command.Commands)
            {
                text.Append(CultureInfo.InvariantCulture, $"{begin} -a {part.Name} -d {Words.Quote(Words.Short(part.Summary))}\n");
            }

            foreach (ArgumentPart argument in command.Arguments.Where(argument => argument.Words.Count > 0 || argument.IsFile))
            {
                text.Append(CultureInfo.InvariantCulture, $"{begin} {(argument.IsFile ? "-F" : $"-a {Words.Quote(string.Join(' ', argument.Words))}")}\n");
            }

            foreach (OptionPart option in command.Options)
            {
                text.Append(CultureInfo.InvariantCulture, $"{begin} {Names(option)}{Value(option)} -d {Words.Quote(Words.Short(option.Description))}\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"complete -c minifw -n '__minifw_at minifw' -a {Words.Quote(string.Join(' ', Words.IptablesNames))} -d {Words.Quote("iptables' own command line")}\n");
        return text.ToString();
    }

    private static string Names(OptionPart option) =>
        string.Join(' ', option.Names.Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"));

    private static string Value(OptionPart option) => option.Value is null ? ""
        : option.IsFile ? " -r -F"
        : option.Words.Count > 0 ? $" -x -a {Words.Quote(string.Join(' ', option.Words))}"
        : " -x";
}
