using System.Collections.Immutable;
using MiniFirewall.Rules.Grammar;

namespace MiniFirewall.Cli.Iptables;

/// <summary>iptables -h, and -m NAME -h and -j NAME -h, which say what an extension takes: from the table that reads it.</summary>
internal static class IptablesHelp
{
    internal static int Write(string program, ImmutableArray<ExtensionGrammar> extensions)
    {
        Console.Out.WriteLine(IptablesVersion.Of(program));
        Console.Out.WriteLine();
        Console.Out.WriteLine(Commands.Replace("PROGRAM", program, StringComparison.Ordinal));
        foreach (ExtensionGrammar extension in extensions)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine($"{extension.Name} {(extension is TargetGrammar ? "target" : "match")} options:");
            foreach (string line in extension.Usage)
            {
                Console.Out.WriteLine(line);
            }
        }

        return ExitCode.Done;
    }

    private const string Commands = """
        Usage: PROGRAM -A|-C|-D CHAIN RULE
               PROGRAM -I CHAIN [NUMBER] RULE
               PROGRAM -R CHAIN NUMBER RULE
               PROGRAM -D CHAIN NUMBER
               PROGRAM -L|-S [CHAIN [NUMBER]]
               PROGRAM -F|-X [CHAIN]
               PROGRAM -Z [CHAIN [NUMBER]]
               PROGRAM -N CHAIN
               PROGRAM -E CHAIN NAME
               PROGRAM -P CHAIN ACCEPT|DROP
               PROGRAM [-m MATCH] [-j TARGET] -h

        Commands:
          --append        -A  puts a rule at a chain's end
          --insert        -I  puts it before the one of a number, the first by default
          --replace       -R  puts it in the place of the one of a number
          --delete        -D  takes away a rule, by its text or its number
          --check         -C  asks whether there is a rule: exit code 0 or 1
          --list          -L  lists rules in columns
          --list-rules    -S  lists rules as commands
          --flush         -F  takes away all rules of a chain, or of all
          --zero          -Z  sets counters to zero; stands with -L and -S too
          --new-chain     -N  makes a chain
          --delete-chain  -X  takes away an empty chain that no rule goes to, or all
          --rename-chain  -E  gives a chain another name
          --policy        -P  sets a built-in chain's policy

        What a rule asks:
          [!] --protocol       -p  NAME|NUMBER
          [!] --source         -s  ADDRESS[/MASK][,...]
          [!] --destination    -d  ADDRESS[/MASK][,...]
          [!] --in-interface   -i  NAME[+]
          [!] --out-interface  -o  NAME[+]
          [!] --fragments      -f  IPv4 only: fragments other than the first
              --match          -m  MATCH
              --jump           -j  TARGET or CHAIN
              --goto           -g  CHAIN
              --set-counters   -c  PACKETS BYTES

        How it is done:
          --table          -t  TABLE
          --ipv4           -4  IPv4 only
          --ipv6           -6  IPv6 only
          --numeric        -n  addresses, ports and protocols as numbers
          --verbose        -v  counters and interfaces too; tells what is done
          --exact          -x  counters to the last digit
          --line-numbers       rules' numbers
          --wait           -w  [SECONDS] while others change the rules; without it, as long as it takes
          --json               -L and -S as JSON
          --version        -V
          --help           -h
        """;
}
