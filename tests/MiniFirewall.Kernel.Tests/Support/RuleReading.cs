using MiniFirewall.Engine;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Reads rule texts that must be good.</summary>
internal static class RuleReading
{
    internal static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("rules", text, ReadOptions.Default with { Cgroups = SystemCgroups.Instance });
        return result.Rules ?? throw new InvalidOperationException($"{string.Join('\n', result.Diagnostics)}\n{text}");
    }
}
