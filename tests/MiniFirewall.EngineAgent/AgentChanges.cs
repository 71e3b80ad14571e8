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
        Make(engine, Read(arguments, families, engine.Read()?.Rules));
    }

    public static void Make(FirewallEngine engine, RuleCommand command)
    {
        ArgumentNullException.ThrowIfNull(engine);
        engine.Change(command, running => Changed(command, running?.Rules ?? RuleSet.Empty));
    }

    /// <param name="running">The rule set whose sets the rules may name.</param>
    public static RuleCommand Read(string[] arguments, FamilySet families, RuleSet? running = null) =>
        RuleCommand.Read("iptables", arguments, new ReadOptions { Families = families, Sets = running?.Sets ?? [] }, out _) ?? throw new FormatException(string.Join(' ', arguments));

    private static RuleSet Changed(RuleCommand command, RuleSet running)
    {
        ReadResult result = command.ApplyTo(running);
        return result.Rules ?? throw new FormatException($"not to these rules: {result.Diagnostics[0].Message}");
    }
}
