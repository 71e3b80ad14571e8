using MiniFirewall.Manual.Commands;

namespace MiniFirewall.Manual.Completion;

/// <summary>The commands in the order in which a shell walks them, and words made safe for it.</summary>
internal static class Words
{
    internal static readonly string[] IptablesNames = ["iptables", "ip6tables", "iptables-save", "ip6tables-save", "iptables-restore", "ip6tables-restore"];

    /// <summary>A command and all below it.</summary>
    internal static IEnumerable<CommandPart> All(CommandPart command) => [command, .. command.Commands.SelectMany(All)];

    internal static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>The first sentence, for a shell that shows words beside what it offers.</summary>
    internal static string Short(string description)
    {
        string line = description.Split('\n')[0];
        int end = line.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? line : line[..end]).TrimEnd('.');
    }
}
