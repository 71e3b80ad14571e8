using MiniFirewall.Engine;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.EngineAgent;

/// <summary>Does all that an engine can, also what fails, and says which descriptors stay open.</summary>
internal static class LeakSearch
{
    internal static string Run(string root, RuleSet first, RuleSet second)
    {
        DescriptorLedger.Enable();
        Everything(root, first, second);
        HashSet<string> before = OpenDescriptors();
        Everything(root, first, second);
        return string.Concat(DescriptorLedger.Leaks().Concat(OpenDescriptors().Except(before)).Select(leak => leak + "\n"));
    }

    /// <summary>Each with what it is open on; not those of the runtime, which loads its assemblies when it first needs them.</summary>
    private static HashSet<string> OpenDescriptors() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(path => $"{path}: {SymbolicLink.TryRead(path)}")
            .Where(file => !file.EndsWith("/fd", StringComparison.Ordinal) && !file.EndsWith(".dll", StringComparison.Ordinal))];

    private static void Everything(string root, RuleSet first, RuleSet second)
    {
        FirewallEngine engine = FirewallEngine.Open(new EngineParts { Root = root });
        engine.Apply(first, new ApplyOptions { CheckOnly = true });
        engine.Apply(first);
        ApplyAndFail(root, second);
        engine.Apply(second);
        engine.Read();
        engine.Apply(WithSets());
        engine.EditSet("s", SetEdit.Add, _ => WithSets().Sets[0].Elements);
        engine.EditSet("s", SetEdit.Replace, _ => WithSets().Sets[0].Elements);
        engine.ReadSet("s");
        engine.ReadSets();
        engine.SetHolds("s", set => set.Elements);
        engine.Read();
        engine.Status();
        engine.OpenEvents()!.Dispose();
        engine.ResetCounters(_ => true);
        engine.Off();
        ApplyAndFail(root, second);
    }

    private static RuleSet WithSets() => RuleSetReader.Read(
        "sets", "set s { 10.0.0.0/8 }\n-A INPUT -m set --match-set s src -j DROP", ReadOptions.Default).Rules!;

    private static void ApplyAndFail(string root, RuleSet rules)
    {
        var parts = new EngineParts { Root = root, AfterStep = step => _ = step == "pin counters" ? throw new IOException(step) : step };
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
