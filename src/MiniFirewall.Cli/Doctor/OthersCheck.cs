using MiniFirewall.Cli.Hooks;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Surroundings;

namespace MiniFirewall.Cli.Doctor;

/// <summary>Other firewalls on this host, and programs before Netfilter.</summary>
internal static class OthersCheck
{
    internal static IEnumerable<Finding> Look(Patient patient)
    {
        IEnumerable<HookedFunction> deciding = patient.Surroundings.Hooks.Where(hook => hook.Owner != HookOwner.Minifw && hook.MayDecide && hook.Family is not ("arp" or "bridge"));
        foreach (IGrouping<(HookOwner Owner, string Family, string Table), HookedFunction> table in deciding.GroupBy(hook => (hook.Owner, hook.Family, Table(hook))))
        {
            string places = string.Join(", ", table.Select(hook => $"{hook.Hook} {Priority(hook)}{Rules(hook)}"));
            yield return new(Severity.Warning, "others", $"{HookOutput.OwnerOf(table.Key.Owner)} decides too ({table.Key.Family}, {table.Key.Table}: {places}): a packet passes only where all let it pass", FixOf(table.Key.Owner, table.First()));
        }

        foreach (string table in patient.Surroundings.Hooks.Where(hook => hook.Translates && hook.Rules is not (null or 0)).Select(hook => $"{HookOutput.OwnerOf(hook.Owner)}, {hook.Family}, {Table(hook)}").Distinct())
        {
            yield return new(Severity.Note, "others", $"addresses are translated ({table}); rules of INPUT and FORWARD meet the translated destination", "minifw hooks");
        }

        foreach (InterfaceProgram program in patient.Surroundings.Programs)
        {
            yield return new(Severity.Note, "others", $"{program.Name} at {program.Place} of {program.Device} meets packets {(program.Place == "tc egress" ? "behind" : "before")} Netfilter's hooks, and may drop or change them", "minifw hooks");
        }
    }

    private static string Table(HookedFunction hook) => hook.Owner switch
    {
        HookOwner.Nftables => string.Join(' ', hook.Name.Split(' ')[..^1]).Replace("chain ", "table ", StringComparison.Ordinal),
        HookOwner.Iptables => hook.Name.Split(',')[0],
        _ => hook.Name,
    };

    private static string Priority(HookedFunction hook) => hook.Priority is { } priority ? $"at {priority}" : "at an unknown priority";

    private static string Rules(HookedFunction hook) => hook.Rules is { } rules ? $" with {Counted.Rules(rules)}{(hook.Policy == "drop" ? " and policy drop" : "")}" : "";

    private static string FixOf(HookOwner owner, HookedFunction hook) => owner switch
    {
        HookOwner.Iptables => hook.Family == "ipv4" ? "iptables-legacy-save" : "ip6tables-legacy-save",
        HookOwner.Nftables => "nft list ruleset",
        _ => "minifw hooks",
    };
}
