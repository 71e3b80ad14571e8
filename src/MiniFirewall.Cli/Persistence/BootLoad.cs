using System.Text;
using MiniFirewall.Bpf;
using MiniFirewall.Cli.Safety;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Cli.Persistence;

/// <summary>Puts in force what is on disk.</summary>
internal static class BootLoad
{
    /// <param name="isForced">Also where the rules lock somebody out.</param>
    internal static int RunByHand(bool isForced)
    {
        FirewallEngine engine = FirewallEngine.Open();
        PersistentRules kept = PersistentRules.Of(engine);
        KeptRules rules = kept.OnDisk ?? throw new FirewallException(FirewallFailure.Refused, $"there is no rule set in {kept.Directory}; 'minifw apply' and 'minifw save' make one");
        MemoryAhead.Expect(rules.Text?.Length ?? 0);
        if (!rules.IsOff && !isForced && !LockoutCheck.IsForced)
        {
            new LockoutCheck(engine).Run(rules.Read(), "--force");
        }

        kept.Load(rules);
        Console.Out.WriteLine(rules.IsOff ? $"rule set {rules.Number}: no rules" : $"rule set {rules.Number} is in force");
        return ExitCode.Done;
    }

    /// <summary>
    /// As at boot: it does what it can without anybody there. The newest rule set; where that is damaged or cannot be loaded, what is configured,
    /// and in the end nothing but failsafe ports gets in. Where nothing was ever kept, nothing is loaded.
    /// </summary>
    internal static int Run()
    {
        FirewallEngine engine = FirewallEngine.Open();
        PersistentRules kept = PersistentRules.Of(engine);
        if (engine.Read() is not null)
        {
            Console.Out.WriteLine("rules are in force already, and stay");
            return ExitCode.Done;
        }

        IReadOnlyList<int> numbers = kept.Numbers();
        if (numbers.Count == 0)
        {
            Console.Out.WriteLine($"there is no rule set in {kept.Directory} yet; nothing is loaded");
            return ExitCode.Done;
        }

        if (TryLoad(kept, numbers[0]))
        {
            Console.Out.WriteLine($"rule set {numbers[0]} is in force");
            return ExitCode.Done;
        }

        foreach (int number in FallsBackTo() == BootFallback.LastGood ? numbers.Skip(1) : [])
        {
            if (TryLoad(kept, number))
            {
                Complaint.Write($"rule set {number} is in force in place of {numbers[0]}");
                return ExitCode.Refused;
            }
        }

        engine.Apply(Closed());
        Complaint.Write("no rule set could be loaded: nothing but failsafe ports gets in until there is one");
        return ExitCode.Refused;
    }

    private static bool TryLoad(PersistentRules kept, int number)
    {
        try
        {
            KeptRules rules = kept.Find(number);
            MemoryAhead.Expect(rules.Text?.Length ?? 0);
            kept.Load(rules);
            return true;
        }
        catch (Exception e) when (e is FirewallException or VerifierException or CompileException)
        {
            Complaint.Write($"rule set {number}: {e.Message}");
            return false;
        }
    }

    private static BootFallback FallsBackTo()
    {
        try
        {
            return Settings.Read().FallsBackTo;
        }
        catch (UsageException e)
        {
            Complaint.Write(e.Message);
            return BootFallback.LastGood;
        }
    }

    /// <summary>What this host begins goes out and its answers come in; it finds its address and its neighbours.</summary>
    private static RuleSet Closed()
    {
        var text = new StringBuilder("""
            -P INPUT DROP
            -P FORWARD DROP
            -A INPUT -i lo -j ACCEPT
            -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            -6 -A INPUT -p icmpv6 -m icmp6 --icmpv6-type 134 -j ACCEPT
            -6 -A INPUT -p icmpv6 -m icmp6 --icmpv6-type 135 -j ACCEPT
            -6 -A INPUT -p icmpv6 -m icmp6 --icmpv6-type 136 -j ACCEPT

            """);
        foreach (FailsafePort port in Ports())
        {
            text.Append($"-A INPUT -p {port.RuleText} -j ACCEPT\n");
        }

        return RuleSetReader.Read("closed", text.ToString(), ReadOptions.Default with { Resolver = NameTable.Empty }).Rules
            ?? throw new InvalidOperationException("the closed rule set cannot be read");
    }

    private static IReadOnlyList<FailsafePort> Ports()
    {
        try
        {
            return FailsafeFile.Read();
        }
        catch (UsageException e)
        {
            Complaint.Write(e.Message);
            return [];
        }
    }
}
