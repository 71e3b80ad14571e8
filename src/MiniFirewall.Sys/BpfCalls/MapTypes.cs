namespace MiniFirewall.Sys.BpfCalls;

/// <summary>The BTF types of a map's keys and values, by their ids in a blob that is loaded.</summary>
public sealed record MapTypes(FileDescriptor Btf, int Key, int Value);
