namespace MiniFirewall.Sys.BpfCalls;

/// <summary>What the kernel tells of a loaded program.</summary>
/// <param name="JitedLength">Machine code bytes; 0 where the JIT compiler is off.</param>
/// <param name="TranslatedLength">Bytecode bytes after the verifier's rewriting.</param>
public sealed record BpfProgramInfo(uint Id, string Name, uint Type, uint JitedLength, uint TranslatedLength)
{
    /// <summary>Of all runs while statistics were on.</summary>
    public ulong RunTimeNanoseconds { get; init; }

    public ulong RunCount { get; init; }

    /// <summary>Instructions that the verifier went through, those of every path counted.</summary>
    public uint VerifiedInstructions { get; init; }

    public IReadOnlyList<uint> MapIds { get; init; } = [];
}

/// <summary>What the kernel tells of a map.</summary>
public sealed record BpfMapInfo(uint Id, string Name, uint Type, int KeySize, int ValueSize, int MaxEntries, uint Flags)
{
    /// <summary>map_extra, as it was given when the map was made.</summary>
    public ulong Extra { get; init; }
}

/// <summary>What the kernel tells of a link.</summary>
public sealed record BpfLinkInfo(uint Id, uint Type, uint ProgramId, BpfNetfilterPlace? Netfilter);

/// <summary>Where a netfilter program sits: NFPROTO_*, NF_INET_*, and its priority (lower runs first).</summary>
public sealed record BpfNetfilterPlace(byte Family, byte Hook, int Priority, uint Flags);
