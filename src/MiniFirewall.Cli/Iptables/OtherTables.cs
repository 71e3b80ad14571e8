using MiniFirewall.Rules.Language;

namespace MiniFirewall.Cli.Iptables;

/// <summary>Tables that are not ours (nat, mangle, raw, security): the system's own iptables has them.</summary>
internal static class OtherTables
{
    /// <summary>Whether a table is for the system's own iptables.</summary>
    internal static bool Has(string table) => ForeignTables.Has(table);

    /// <summary>Hands a whole command line over, unchanged; the result is the exit code.</summary>
    /// <param name="name">iptables, ip6tables-save and so on.</param>
    internal static int Run(string name, string[] arguments, string table)
    {
        if (OtherTablesProgram.Find(name) is { } program)
        {
            return program.Run(arguments);
        }

        Refuse(name, table);
        return ExitCode.Unsupported;
    }

    /// <summary>Whether the system's iptables has a program of that name.</summary>
    internal static bool HasProgram(string name) => OtherTablesProgram.Find(name) is not null;

    internal static void Refuse(string name, string table) => Console.Error.WriteLine(
        $"{IptablesVersion.Of(name)}: table `{table}' is kept by the system's own iptables, and none is installed; miniFirewall has the filter table only");
}
