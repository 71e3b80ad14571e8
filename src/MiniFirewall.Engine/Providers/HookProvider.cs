namespace MiniFirewall.Engine;

/// <summary>What puts the programs on Netfilter's hooks.</summary>
public enum HookProvider
{
    /// <summary>BPF links on Netfilter's hooks (Linux 6.4).</summary>
    Bpf,

    /// <summary>The kernel module minifw.</summary>
    Module,
}
