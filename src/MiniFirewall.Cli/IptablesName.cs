using MiniFirewall.Cli.Commands;
using MiniFirewall.Cli.Iptables;

namespace MiniFirewall.Cli;

/// <summary>iptables' names, by which minifw can be called, as links or as first words.</summary>
internal static class IptablesName
{
    private static readonly string[] Names =
        ["iptables", "ip6tables", "iptables-save", "ip6tables-save", "iptables-restore", "ip6tables-restore"];

    /// <summary>The iptables name that the process or its first argument goes by, or null.</summary>
    internal static string? Of(string invokedAs, string[] arguments)
    {
        string own = Path.GetFileName(invokedAs);
        return Names.Contains(own) ? own : arguments is [var first, ..] && Names.Contains(first) ? first : null;
    }

    /// <summary>Runs the command line of an iptables name.</summary>
    /// <param name="isFirstWord">The name is the first argument, not the process's own.</param>
    internal static int Run(string name, string[] arguments, bool isFirstWord)
    {
        string[] words = isFirstWord ? arguments[1..] : arguments;
        return Guarded.Run(() => name switch
        {
            "iptables" or "ip6tables" => IptablesCommand.Run(name, words),
            "iptables-save" or "ip6tables-save" => SaveCommand.Run(name, words),
            _ => RestoreCommand.Run(name, words),
        });
    }
}
