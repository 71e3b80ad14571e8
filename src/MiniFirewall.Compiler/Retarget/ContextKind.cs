namespace MiniFirewall.Compiler;

/// <summary>What runs a program: what it is handed, and how it reads the kernel's own structures.</summary>
public enum ContextKind
{
    /// <summary>A netfilter link (kernel 6.4): struct bpf_nf_ctx.</summary>
    Link,

    /// <summary>The module minifw on kernels that have links' programs (6.4): the same, and the module answers rejected packets.</summary>
    Module,

    /// <summary>The module minifw on older kernels (bpf_loop, kernel 5.17): struct __sk_buff, and every read of a structure is a call.</summary>
    ModuleByProbes,
}
