using System.Collections.Immutable;

namespace MiniFirewall.Compiler;

/// <summary>What programs name of the kernel's types.</summary>
public static class KernelNames
{
    /// <summary>
    /// Types and functions that the programs of ordinary rules name, so that they can be found together and early. A name that is missing
    /// here is found all the same, by a walk of its own over the kernel's types.
    /// </summary>
    public static ImmutableArray<string> Usual { get; } =
    [
        "bpf_dynptr_from_skb",
        "bpf_nf_ctx",
        "bpf_rdonly_cast",
        "cred",
        "file",
        "in6_addr",
        "net_device",
        "nf_hook_state",
        "rtable",
        "sk_buff",
        "sock",
        "sock_common",
        "socket",
        "socket_alloc",
        "task_struct",
    ];
}
