using MiniFirewall.Engine;
using MiniFirewall.Engine.Persistence;

namespace MiniFirewall.Cli.Persistence;

/// <summary>Puts in force what is on disk.</summary>
internal static class BootLoad
{
    internal static int RunByHand()
    {
        PersistentRules kept = PersistentRules.Of(FirewallEngine.Open());
        KeptRules rules = kept.OnDisk ?? throw new FirewallException(FirewallFailure.Refused, $"there is no rule set in {kept.Directory}; 'minifw apply' and 'minifw save' make one");
        kept.Load(rules);
        Console.Out.WriteLine(rules.IsOff ? $"rule set {rules.Number}: no rules" : $"rule set {rules.Number} is in force");
        return ExitCode.Done;
    }

    internal static int Run() => RunByHand();
}
