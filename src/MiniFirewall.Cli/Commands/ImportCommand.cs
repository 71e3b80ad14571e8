using System.CommandLine;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw import: puts in force what iptables-save has written.</summary>
internal static class ImportCommand
{
    internal static Command Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "A file of IPv4's, and one of IPv6's whose name ends with .v6 or has ip6 in it. /etc/iptables/rules.v4 and rules.v6, or /etc/sysconfig/iptables and ip6tables, where none is named.",
            Arity = new ArgumentArity(0, 2),
        };
        Option<bool> print = new("--print") { Description = "Print the rules as one rule file for both families; change nothing." };
        ChangeOptions change = new();
        var command = new Command("import", "Put the rules that iptables-save and ip6tables-save have written to files in force, both families at one moment, and keep them.") { files, print };
        change.AddTo(command);
        command.SetAction(result => Guarded.Run(() => Run(result.GetValue(files) is { Length: > 0 } named ? named : ImportedRules.Find(), result.GetValue(print), change.Read(result))));
        HelpWithExamples.AddTo(command, """
            minifw import
            minifw import --print > minifw.rules
            minifw import --confirm 60s /etc/iptables/rules.v4 /etc/iptables/rules.v6
            """);
        return command;
    }

    private static int Run(IReadOnlyList<string> files, bool prints, ChangeRequest request)
    {
        if (files.Count == 2 && ImportedRules.FamilyOf(files[0]) == ImportedRules.FamilyOf(files[1]))
        {
            throw new UsageException($"{files[0]} and {files[1]} are of the same family by their names; one of IPv6 ends with .v6 or has ip6 in its name");
        }

        var imported = new ImportedRules();
        foreach (string file in files)
        {
            imported.Add(file, ImportedRules.FamilyOf(file));
        }

        if (imported.Left.Count > 0)
        {
            Console.Error.WriteLine($"minifw: warning: not imported, for minifw has the filter table only: {string.Join(", ", imported.Left)}; the system's own iptables goes on loading them");
        }

        if (prints)
        {
            Console.Out.Write(RuleSetPrinter.Print(imported.Rules));
        }
        else
        {
            new RuleSetChange(FirewallEngine.Open(), request).Apply(imported.Rules.WithoutStrayPolicyCounters(), $"import {string.Join(' ', files)}", new ApplyOptions());
        }

        return ExitCode.Done;
    }
}
