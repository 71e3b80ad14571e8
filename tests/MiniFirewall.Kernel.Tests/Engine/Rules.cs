using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Rule sets of these tests, and the program that applies them as a process of its own.</summary>
internal static class Rules
{
    /// <summary>Drops 1001 on the way in and 2001 on the way out.</summary>
    internal const string First = "-A INPUT -p udp --dport 1001 -j DROP\n-A OUTPUT -p udp --dport 2001 -j DROP\n";

    /// <summary>Drops 1002 on the way in and 2002 on the way out.</summary>
    internal const string Second = "-A INPUT -p udp --dport 1002 -j DROP\n-A OUTPUT -p udp --dport 2002 -j DROP\n";

    internal const string DroppedByFirst = "4:1001 4:2001 6:1001 6:2001", DroppedBySecond = "4:1002 4:2002 6:1002 6:2002";

    internal static string AgentPath => Path.Combine(AppContext.BaseDirectory, "MiniFirewall.EngineAgent");

    internal static RuleSet Parse(string text) =>
        RuleSetReader.Read("test", text, ReadOptions.Default) is { Rules: { } rules } ? rules : throw new FormatException(text);

    internal static string Print(RuleSet rules) => RuleSetPrinter.Print(rules);

    /// <summary>What of the two sets the packets of the calling thread's namespace meet.</summary>
    internal static string Dropped() => Probe.Dropped(1001, 1002, 2001, 2002);
}
