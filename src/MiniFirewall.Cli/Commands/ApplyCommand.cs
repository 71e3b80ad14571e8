using System.CommandLine;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Commands;

/// <summary>minifw apply: puts the rules of a file in force, all or nothing.</summary>
internal static class ApplyCommand
{
    internal static Command Create()
    {
        Argument<string> file = new("FILE")
        {
            Description = "iptables-save text, or lines as typed (iptables -A INPUT -p tcp --dport 22 -j ACCEPT); - for the standard input.",
        };
        Option<bool> check = new("--check") { Description = "Only read and compile; where privileged, the kernel's verifier judges too. Changes nothing." };
        var command = new Command("apply", "Put the rules of a file in force in place of all others, at one moment, or change nothing.") { file, check };
        command.SetAction(result => Guarded.Run(() => Run(result.GetRequiredValue(file), result.GetValue(check))));
        HelpWithExamples.AddTo(command, """
            minifw apply /etc/minifw.rules
            minifw apply --check new.rules && minifw apply new.rules
            iptables-save | minifw apply -
            """);
        return command;
    }

    private static int Run(string file, bool check)
    {
        RuleSet rules = RuleFile.Read(file).WithoutStrayPolicyCounters();
        if (check)
        {
            Check(rules);
        }
        else
        {
            FirewallEngine.Open().Apply(rules);
        }

        return ExitCode.Done;
    }

    /// <summary>The text is good by now; without privileges that is all that can be told.</summary>
    private static void Check(RuleSet rules)
    {
        try
        {
            FirewallEngine.Open().Apply(rules, new ApplyOptions { CheckOnly = true });
        }
        catch (FirewallException refusal) when (refusal.Failure == FirewallFailure.Permission)
        {
            DryCompilation.Check(rules);
            Console.Error.WriteLine("minifw: the rules read and compile; the kernel's verifier was not asked, which needs root");
        }
    }
}
