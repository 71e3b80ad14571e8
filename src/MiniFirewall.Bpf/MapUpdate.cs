namespace MiniFirewall.Bpf;

/// <summary>What an update asks of the element (include/uapi/linux/bpf.h, BPF_ANY and so on).</summary>
public enum MapUpdate
{
    Any = 0,
    OnlyNew = 1,
    OnlyExisting = 2,
}
