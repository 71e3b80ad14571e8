using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.EngineAgent;

/// <summary>Changes of one rule, in the words of iptables.</summary>
public static class AgentChanges
{
    /// <summary>Replaces the first rule, which drops one port, by one that drops another, for ever.</summary>
    public static void Loop(FirewallEngine engine)
    {
        for (int i = 0; ; i++)
        {
            Make(engine, $"-R INPUT 1 -p udp --dport {1001 + (i % 2)} -j DROP".Split(' '));
            Console.WriteLine(i);
        }
    }

    public static void Make(FirewallEngine engine, string[] arguments, FamilySet families = FamilySet.IPv4)
    {
        RuleCommand command = Read(arguments, families, engine.Read()?.Rules);
        engine.Change(command, running => command.ApplyTo(running?.Rules ?? RuleSet.Empty).Rules ?? throw new FormatException("not to these rules"));
    }

    /// <param name="running">The rule set whose sets the rules may name.</param>
    public static RuleCommand Read(string[] arguments, FamilySet families, RuleSet? running = null) =>
        RuleCommand.Read("iptables", arguments, new ReadOptions { Families = families, Sets = running?.Sets ?? [] }, out _) ?? throw new FormatException(string.Join(' ', arguments));
}
