using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>Who else decides about packets in a network namespace, besides this firewall.</summary>
/// <param name="Hooks">What is on Netfilter's hooks, by family, hook and priority.</param>
/// <param name="IsWhole">The list is the kernel's own and lacks nothing; where not, it is put together from what can be known.</param>
/// <param name="Programs">XDP and TC programs.</param>
/// <param name="Notes">What could not be known, and why.</param>
public sealed record HostSurroundings(ImmutableArray<HookedFunction> Hooks, bool IsWhole, ImmutableArray<InterfaceProgram> Programs, ImmutableArray<string> Notes)
{
    /// <summary>Address translation and filters of others as iptables-save prints them, by the program that was asked.</summary>
    public ImmutableArray<(string Program, Family Family, SavedRules Rules)> Saved { get; init; } = [];

    /// <summary>Connections that nf_conntrack, the kernel's own tracking, has, and how many it has room for; null where it is not there.</summary>
    public (long Used, long Most)? Conntrack { get; init; }

    /// <summary>Reads them for the calling thread's network namespace. CAP_NET_ADMIN, and CAP_SYS_ADMIN for BPF links.</summary>
    public static HostSurroundings Read(FirewallEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        FirewallStatus status = engine.Status();
        return Refusals.Explained(() => new SurroundingsReader(status).Read());
    }
}
