using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw iptables ARGS, minifw ip6tables ARGS: one change of one chain of the rules in force, in iptables' own words.</summary>
internal static class IptablesCommand
{
    /// <param name="program">iptables or ip6tables.</param>
    internal static int Run(string program, string[] arguments)
    {
        FamilySet families = program == "iptables" ? FamilySet.IPv4 : FamilySet.IPv6;
        var options = new ReadOptions { Families = families, Cgroups = SystemCgroups.Instance };
        RuleCommand command = RuleCommand.Read(program, arguments, options, out ImmutableArray<Diagnostic> diagnostics)
            ?? throw new RefusedTextException(diagnostics);
        try
        {
            FirewallEngine.Open().Change(command, running => Changed(running?.Rules ?? RuleSet.Empty, command));
            return ExitCode.Done;
        }
        catch (RefusedTextException refused)
        {
            // As upstream: what cannot be done to the rules that are there is no mistake of the command line.
            refused.Print();
            return ExitCode.Refused;
        }
    }

    private static RuleSet Changed(RuleSet rules, RuleCommand command)
    {
        ReadResult result = command.ApplyTo(rules);
        return result.Rules ?? throw new RefusedTextException(result.Diagnostics);
    }
}
