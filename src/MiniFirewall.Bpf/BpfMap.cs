using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>
/// A map in the kernel, held by a descriptor; it lives on while a program or a pin holds it. Keys and values are the
/// kernel's bytes, host order where they are numbers. Each call is atomic for one element; spans of wrong length are refused.
/// </summary>
public sealed class BpfMap : IDisposable
{
    private const ulong LockFlag = 4; // BPF_F_LOCK

    private BpfMap(FileDescriptor descriptor, string name, MapType type, int keySize, int valueSize, int maxEntries)
    {
        Descriptor = descriptor;
        Name = name;
        Type = type;
        KeySize = keySize;
        ValueSize = valueSize;
        MaxEntries = maxEntries;
    }

    public string Name { get; }

    public MapType Type { get; }

    /// <summary>Bytes.</summary>
    public int KeySize { get; }

    /// <summary>Bytes of one value; of one CPU's value in a per-CPU map.</summary>
    public int ValueSize { get; }

    public int MaxEntries { get; }

    public bool IsPerCpu => Type is MapType.PerCpuArray or MapType.PerCpuHash;

    /// <summary>From one CPU's value to the next's, in what a look-up gives: the value's size, rounded up to eight.</summary>
    public int CpuStride => (ValueSize + 7) & ~7;

    /// <summary>Bytes that a look-up gives and an update takes: one value, or in a per-CPU map one for every possible CPU.</summary>
    public int ElementSize => IsPerCpu ? CpuStride * PossibleCpus.Count : ValueSize;

    internal FileDescriptor Descriptor { get; }

    /// <summary>Makes a new map. CAP_BPF (before kernel 5.8: root).</summary>
    public static BpfMap Create(MapSpec spec)
    {
        using TypedValue? typed = TypedValue.Describe(spec);
        FileDescriptor descriptor = BpfMapCalls.Create(
            (uint)spec.Type, spec.KeySize, spec.ValueSize, spec.MaxEntries, spec.Flags, spec.Name, spec.Extra, typed?.Types);
        return new(descriptor, spec.Name, spec.Type, spec.KeySize, spec.ValueSize, spec.MaxEntries);
    }

    /// <summary>Opens a pinned map; null where nothing is pinned.</summary>
    public static BpfMap? TryOpen(string path)
    {
        FileDescriptor? descriptor = BpfObjectCalls.TryOpen(path);
        if (descriptor is null)
        {
            return null;
        }

        try
        {
            BpfMapInfo info = BpfObjectCalls.MapInfo(descriptor, path);
            return new(descriptor, info.Name, (MapType)info.Type, info.KeySize, info.ValueSize, info.MaxEntries);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>False where there is no such key.</summary>
    /// <param name="isLocked">Take the value's lock (<see cref="MapSpec.BeginsWithLock"/>), so that no program changes it meanwhile.</param>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value, bool isLocked = false)
    {
        RequireLength(key.Length, KeySize, "key");
        RequireLength(value.Length, ElementSize, "value");
        return BpfMapCalls.TryLookup(Descriptor, key, value, Name, isLocked ? LockFlag : 0);
    }

    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdate how = MapUpdate.Any)
    {
        RequireLength(key.Length, KeySize, "key");
        RequireLength(value.Length, ElementSize, "value");
        BpfMapCalls.Update(Descriptor, key, value, (ulong)how, Name);
    }

    /// <summary>False where there was no such key. Arrays' elements cannot be deleted, program arrays' can.</summary>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        RequireLength(key.Length, KeySize, "key");
        return BpfMapCalls.Delete(Descriptor, key, Name);
    }

    /// <summary>The key after another, or after an empty span the first; false at the end. The order is the map's own.</summary>
    public bool TryNextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        RequireLength(next.Length, KeySize, "key");
        if (!key.IsEmpty)
        {
            RequireLength(key.Length, KeySize, "key");
        }

        return BpfMapCalls.TryNextKey(Descriptor, key, next, Name);
    }

    /// <summary>Puts a program into a slot of a program array; a program that runs meanwhile sees the old or the new one.</summary>
    public void SetProgram(int index, BpfProgram program)
    {
        Span<byte> key = stackalloc byte[4];
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(key, index);
        BinaryPrimitives.WriteInt32LittleEndian(value, program.Descriptor.Number);
        Update(key, value);
        GC.KeepAlive(program);
    }

    /// <summary>The memory of all values of an array made with BPF_F_MMAPABLE; each takes its size, rounded up to eight.</summary>
    public MappedMemory MapValues() => MappedMemory.MapShared(Descriptor, 0, checked(MaxEntries * CpuStride), writable: true, Name);

    /// <summary>The memory of an arena of this many bytes, at the address that it was made for.</summary>
    public ArenaMemory MapArena(int bytes)
    {
        BpfMapInfo info = Info();
        return ArenaMemory.Open(info.Id, () => MappedMemory.MapSharedAt(Descriptor, info.Extra, bytes, Name));
    }

    /// <summary>No system call may change the map any more; programs still may.</summary>
    public void Freeze() => BpfMapCalls.Freeze(Descriptor, Name);

    public BpfMapInfo Info() => BpfObjectCalls.MapInfo(Descriptor, Name);

    /// <summary>Keeps the map under a path of a bpf file system.</summary>
    public void Pin(string path) => BpfObjectCalls.Pin(Descriptor, path);

    public void Dispose() => Descriptor.Dispose();

    internal void RequireLength(int length, int expected, string what)
    {
        if (length != expected)
        {
            throw new ArgumentException($"map {Name} takes a {what} of {expected} bytes, not {length}");
        }
    }
}
