using System.Collections.Immutable;

namespace MiniFirewall.Asm;

/// <summary>Program types in use (include/uapi/linux/bpf.h, enum bpf_prog_type).</summary>
public enum ProgramType
{
    SocketFilter = 1,
    LwtOut = 11,
    Netfilter = 32,
}

/// <summary>Map types in use (include/uapi/linux/bpf.h, enum bpf_map_type).</summary>
public enum MapType
{
    Hash = 1,
    Array = 2,
    ProgramArray = 3,
    PerCpuHash = 5,
    PerCpuArray = 6,
    LruHash = 9,
    LpmTrie = 11,
    RingBuffer = 27,
    Arena = 33,
}

/// <summary>A blueprint of a map; no kernel in it. Name: at most 15 characters of [A-Za-z0-9_.].</summary>
public sealed record MapSpec(string Name, MapType Type, int KeySize, int ValueSize, int MaxEntries)
{
    /// <summary>BPF_F_* flags of BPF_MAP_CREATE.</summary>
    public uint Flags { get; init; }

    /// <summary>map_extra of BPF_MAP_CREATE: for an arena, the address that user space maps it at.</summary>
    public ulong Extra { get; init; }

    /// <summary>Each value begins with a lock that programs take (struct bpf_spin_lock, 4 bytes); the kernel learns of it by BTF.</summary>
    public bool BeginsWithLock { get; init; }

    /// <summary>Each value begins with a timer that programs start (struct bpf_timer, 16 bytes; kernel 5.15); the kernel learns of it by BTF.</summary>
    public bool BeginsWithTimer { get; init; }
}

/// <summary>A blueprint of a program; deterministic: the same input gives the same bytes.</summary>
/// <param name="Name">At most 15 characters of [A-Za-z0-9_.].</param>
/// <param name="ExpectedAttachType">BPF_NETFILTER (45) for netfilter programs, else 0.</param>
/// <param name="Origins">What <see cref="Instruction.Origin"/> indexes: one line for people each, such as "rules.v4:12: -A INPUT -j DROP".</param>
public sealed record ProgramSpec(
    string Name,
    ProgramType Type,
    uint ExpectedAttachType,
    AssembledCode Code,
    ImmutableArray<string> Origins)
{
    /// <summary>BPF_F_* flags of BPF_PROG_LOAD.</summary>
    public uint Flags { get; init; }
}
