using System.Globalization;
using System.Text;
using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Completion;

/// <summary>Completion for bash(1): commands, options, values that are words of a list, and files.</summary>
internal static class BashCompletion
{
    internal static string Write(CommandPart root)
    {
        var text = new StringBuilder($$"""
            # bash completion for minifw(8). Written from the commands themselves; do not edit.

            _minifw() {
                local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path=minifw word words="" files=""
                for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
                    case "$path $word" in
                        {{string.Join(" | ", Words.All(root).Skip(1).Select(command => $"\"{command.Path}\""))}}) path="$path $word" ;;
                    esac
                done
                case "$path $before" in

            """);
        foreach (CommandPart command in Words.All(root))
        {
            foreach (OptionPart option in command.Options.Where(option => option.Value is not null))
            {
                string pattern = string.Join(" | ", option.Names.Select(name => $"\"{command.Path} {name}\""));
                text.Append(CultureInfo.InvariantCulture, $"        {pattern}) words={Words.Quote(string.Join(' ', option.Words))} files={(option.IsFile ? "yes" : "no")} ;;\n");
            }
        }

        text.Append("""
                esac
                if [[ -z $words$files ]]; then
                    case $path in

            """);
        foreach (CommandPart command in Words.All(root))
        {
            text.Append(CultureInfo.InvariantCulture, $"            \"{command.Path}\") words={Words.Quote(string.Join(' ', Offered(command, root)))} files={(command.Arguments.Any(argument => argument.IsFile) ? "yes" : "no")} ;;\n");
        }

        return text.Append("""
                    esac
                    # Options are offered to whoever has begun one.
                    [[ $current == -* ]] || words=$(printf '%s\n' $words | grep -v '^-')
                fi
                COMPREPLY=($(compgen -W "$words" -- "$current"))
                [[ $files != yes || $current == -* ]] || COMPREPLY+=($(compgen -f -- "$current"))
            }

            complete -o filenames -F _minifw minifw

            """).ToString();
    }

    private static IEnumerable<string> Offered(CommandPart command, CommandPart root) =>
    [
        .. command.Commands.Select(part => part.Name),
        .. command == root ? Words.IptablesNames : [],
        .. command.Arguments.SelectMany(argument => argument.Words),
        .. command.Options.SelectMany(option => option.Names),
    ];
}
