namespace MiniFirewall.Compiler;

/// <summary>What runs a program: what it is handed, and how it reads the kernel's own structures.</summary>
public enum ContextKind
{
    /// <summary>A netfilter link (kernel 6.4): struct bpf_nf_ctx.</summary>
    Link,

    /// <summary>The module minifw, where programs may cast pointers (bpf_rdonly_cast for all types, kernel 6.4): struct __sk_buff.</summary>
    Module,

    /// <summary>The module minifw on older kernels (bpf_loop, kernel 5.17): the same, and every read of a structure is a call.</summary>
    ModuleByProbes,
}
