using MiniFirewall.Engine;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.EngineAgent;

/// <summary>Does all that an engine can, also what fails, and says which descriptors stay open.</summary>
internal static class LeakSearch
{
    internal static string Run(string root, RuleSet first, RuleSet second)
    {
        DescriptorLedger.Enable();
        Everything(root, first, second);
        int before = OpenDescriptors();
        Everything(root, first, second);
        int after = OpenDescriptors();
        return string.Concat(DescriptorLedger.Leaks()) + (before == after ? "" : $"{after - before} more descriptors than before\n");
    }

    private static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static void Everything(string root, RuleSet first, RuleSet second)
    {
        FirewallEngine engine = FirewallEngine.Open(new EngineParts { Root = root });
        engine.Apply(first, new ApplyOptions { CheckOnly = true });
        engine.Apply(first);
        ApplyAndFail(root, second);
        engine.Apply(second);
        engine.Read();
        engine.Status();
        engine.OpenEvents()!.Dispose();
        engine.ResetCounters(_ => true);
        engine.Off();
        ApplyAndFail(root, second);
    }

    private static void ApplyAndFail(string root, RuleSet rules)
    {
        var parts = new EngineParts { Root = root, AfterStep = step => _ = step == "pin base" ? throw new IOException(step) : step };
        try
        {
            FirewallEngine.Open(parts).Apply(rules);
        }
        catch (IOException)
        {
            return;
        }

        throw new InvalidOperationException("a failure was not passed on");
    }
}
