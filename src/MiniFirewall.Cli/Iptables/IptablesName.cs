namespace MiniFirewall.Cli.Iptables;

/// <summary>
/// iptables' names, by which minifw can be called, as links or as first words: its own, those with the kind of tables behind
/// them, and those of the programs that take iptables' names as first words themselves.
/// </summary>
internal static class IptablesName
{
    private static readonly string[] Programs = ["iptables", "ip6tables"];

    private static readonly string[] Multis = ["xtables-multi", "xtables-legacy-multi", "xtables-nft-multi"];

    /// <summary>The words by which those take iptables itself (iptables xtables-legacy-multi.c).</summary>
    private static readonly Dictionary<string, string> Mains = new()
    {
        ["main4"] = "iptables",
        ["save4"] = "iptables-save",
        ["restore4"] = "iptables-restore",
        ["main6"] = "ip6tables",
        ["save6"] = "ip6tables-save",
        ["restore6"] = "ip6tables-restore",
    };

    /// <summary>The iptables name that the process or its first argument goes by, and what stands behind it; null where there is none.</summary>
    /// <param name="invokedAs">argv[0].</param>
    internal static (string Name, string[] Arguments)? Of(string invokedAs, string[] arguments)
    {
        string own = Path.GetFileName(invokedAs);
        if (Find(own) is { } name)
        {
            return (name, arguments);
        }

        string[] words = Multis.Contains(arguments.FirstOrDefault()) ? arguments[1..] : arguments;
        bool isMulti = Multis.Contains(own) || words.Length != arguments.Length;
        string first = words.FirstOrDefault() ?? "";
        return (Find(first) ?? (isMulti ? Mains.GetValueOrDefault(first) : null)) is { } named ? (named, words[1..])
            : isMulti ? ("", words)
            : null;
    }

    /// <summary>Runs the command line of an iptables name.</summary>
    /// <param name="name">Empty for a program that takes such names, and was given none.</param>
    internal static int Run(string name, string[] arguments) => name switch
    {
        "iptables" or "ip6tables" => IptablesCommand.Run(name, arguments),
        "iptables-save" or "ip6tables-save" => Guarded.Run(() => SaveCommand.Run(name, arguments)),
        "" => Unknown(),
        _ => Guarded.Run(() => RestoreCommand.Run(name, arguments)),
    };

    /// <summary>"iptables-save" for itself, "iptables-legacy-save" and "iptables-nft-save"; null for what is no name of iptables.</summary>
    private static string? Find(string name)
    {
        string program = name.Split('-')[0];
        if (!Programs.Contains(program))
        {
            return null;
        }

        string rest = name[program.Length..];
        string tool = rest.StartsWith("-legacy", StringComparison.Ordinal) ? rest["-legacy".Length..]
            : rest.StartsWith("-nft", StringComparison.Ordinal) ? rest["-nft".Length..]
            : rest;
        return tool is "" or "-save" or "-restore" ? program + tool : null;
    }

    private static int Unknown()
    {
        Complaint.Write($"the first word must be a name of iptables: {string.Join(", ", Mains.Values)}");
        return ExitCode.Refused;
    }
}
