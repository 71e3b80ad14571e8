namespace MiniFirewall.Engine.Surroundings;

/// <summary>Whose a function on a hook is.</summary>
public enum HookOwner
{
    /// <summary>This firewall's.</summary>
    Minifw,
    Iptables,
    Nftables,

    /// <summary>The kernel's own connection tracking, reassembly and address translation.</summary>
    Conntrack,
    Bpf,
    Other,
}

/// <summary>Something that packets meet on one of Netfilter's hooks.</summary>
/// <param name="Family">ipv4, ipv6, inet, arp, bridge or netdev.</param>
/// <param name="Hook">prerouting, input, forward, output, postrouting, ingress or egress.</param>
/// <param name="Priority">Lower ones come first; null where it is not known.</param>
/// <param name="Name">The function, or what is known of it: a chain, a table, a program.</param>
public sealed record HookedFunction(string Family, string Hook, int? Priority, HookOwner Owner, string Name)
{
    /// <summary>How many rules it has; null where that is not known.</summary>
    public int? Rules { get; init; }

    /// <summary>Of a base chain: accept or drop; null where there is none.</summary>
    public string? Policy { get; init; }

    /// <summary>The interface that it is for, on the hooks that have one.</summary>
    public string? Device { get; init; }

    /// <summary>The kernel's number of a BPF program.</summary>
    public uint? ProgramId { get; init; }

    /// <summary>It changes addresses and leaves the verdict to others.</summary>
    public bool Translates { get; init; }

    /// <summary>It may decide what becomes of packets: it has rules other than of translation, or a policy that drops, or is a program.</summary>
    public bool MayDecide => Owner switch
    {
        HookOwner.Iptables or HookOwner.Nftables => (Rules is not 0 && !Translates) || Policy == "drop",
        HookOwner.Bpf => true,
        _ => false,
    };
}
