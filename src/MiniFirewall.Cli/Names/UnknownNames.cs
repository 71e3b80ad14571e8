using MiniFirewall.Engine;
using MiniFirewall.Engine.Names;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Cli.Names;

/// <summary>Tells of host names that rules were loaded without addresses for; that stops nothing.</summary>
internal static class UnknownNames
{
    internal static void Tell(FirewallEngine engine, RuleSet rules)
    {
        if (LiveNames.Of(rules).Hosts.Count == 0)
        {
            return;
        }

        foreach (KnownName name in engine.ReadNames() ?? [])
        {
            if (!name.IsKnown && !name.IsPattern)
            {
                Tell(name.Name, name.Error);
            }
        }
    }

    internal static void Tell(string name, string error) =>
        Complaint.Warn($"{name} has no address yet{(error.Length > 0 ? $" ({error})" : "")}: no packet is to or from it; see minifw names");
}
