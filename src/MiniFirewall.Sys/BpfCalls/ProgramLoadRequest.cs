namespace MiniFirewall.Sys.BpfCalls;

/// <summary>What BPF_PROG_LOAD is told.</summary>
public sealed record ProgramLoadRequest(string Name, uint Type, uint ExpectedAttachType, uint Flags)
{
    /// <summary>struct bpf_insn, eight bytes each.</summary>
    public required byte[] Instructions { get; init; }

    /// <summary>As in the kernel's list of licences (include/linux/license.h).</summary>
    public required string License { get; init; }

    /// <summary>The BTF that <see cref="FunctionTypes"/> refers to, or null.</summary>
    public FileDescriptor? Btf { get; init; }

    /// <summary>For each function the slot it starts at and its BTF type id, in order; the first at slot 0.</summary>
    public (int Slot, int TypeId)[] FunctionTypes { get; init; } = [];
}
