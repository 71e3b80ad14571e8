using System.CommandLine;
using MiniFirewall.Cli.Connections;
using MiniFirewall.Cli.Names;
using MiniFirewall.Cli.Output;
using MiniFirewall.Cli.Persistence;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
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
        Option<bool> verify = new("--verify")
        {
            Description = "Before anything changes, prove that the compiled classifier gives every packet the first match of the list, and say what was proved.",
        };
        Option<bool> cut = new("--cut") { Description = "Then end the connections that the new rules would not let begin, and say how many." };
        ChangeOptions change = new();
        var command = new Command("apply", "Put the rules of a file in force in place of all others, at one moment, or change nothing; and keep them for the next boot.")
        {
            file, check, verify, cut,
        };
        change.AddTo(command);
        command.SetAction(result => Guarded.Run(() =>
            Run(result.GetRequiredValue(file), result.GetValue(check), result.GetValue(verify), result.GetValue(cut), change.Read(result))));
        HelpWithExamples.AddTo(command, """
            minifw apply /etc/minifw.rules
            minifw apply --check new.rules && minifw apply new.rules
            minifw apply --verify long-list.rules
            iptables-save | minifw apply -
            minifw apply --cut stricter.rules
            minifw apply -m "open the new web port" new.rules
            minifw apply --confirm 60s new.rules && minifw confirm
            minifw apply --temporary 8h maintenance.rules
            """);
        return command;
    }

    private static int Run(string file, bool check, bool verify, bool cut, ChangeRequest request)
    {
        if (check && (request.Trial is not null || request.IsTemporary))
        {
            throw new UsageException("--check changes nothing, so there is nothing to put back; leave --confirm and --temporary out");
        }

        if (check && cut)
        {
            throw new UsageException("--check changes nothing and --cut ends connections; leave one of them out");
        }

        RuleSet rules = RuleFile.Read(file).WithoutStrayPolicyCounters();
        ProofPrinter? proofs = verify ? new() : null;
        var options = new ApplyOptions { CheckOnly = check, OnProof = proofs is null ? null : proofs.Add };
        if (check)
        {
            Check(rules, options);
        }
        else
        {
            FirewallEngine engine = FirewallEngine.Open();
            new RuleSetChange(engine, request).Apply(rules, $"apply {file}", options);
            UnknownNames.Tell(engine, rules);
        }

        proofs?.Print();
        if (cut)
        {
            Cut(rules);
        }

        return ExitCode.Done;
    }

    /// <summary>Packets on their way may still begin connections by the rules before; so they are waited for.</summary>
    private static void Cut(RuleSet rules)
    {
        using LiveConnections? connections = FirewallEngine.Open().OpenConnections();
        if (connections is null)
        {
            Console.Out.WriteLine("no connections ended: no rule asks for connection state");
            return;
        }

        var judge = new ConnectionJudge(rules);
        CutReport.Write(connections.Cut((in Connection connection) => !judge.MayBegin(connection), waits: true), asJson: false);
    }

    /// <summary>The text is good by now; without privileges that is all that can be told.</summary>
    private static void Check(RuleSet rules, ApplyOptions options)
    {
        try
        {
            FirewallEngine.Open().Apply(rules, options);
        }
        catch (FirewallException refusal) when (refusal.Failure == FirewallFailure.Permission)
        {
            DryCompilation.Check(rules, options.OnProof);
            Console.Error.WriteLine("minifw: the rules read and compile; the kernel's verifier was not asked, which needs root");
        }
    }
}
