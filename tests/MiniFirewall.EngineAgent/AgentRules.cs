using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.EngineAgent;

/// <summary>Rule sets in files.</summary>
internal static class AgentRules
{
    internal static RuleSet Read(string path) =>
        RuleSetReader.Read(path, File.ReadAllText(path), ReadOptions.Default).Rules ?? throw new FormatException(path);

    internal static string Print(RuleSet rules) => RuleSetPrinter.Print(rules);
}
