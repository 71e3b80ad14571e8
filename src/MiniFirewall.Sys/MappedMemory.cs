using System.Buffers;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys;

/// <summary>
/// A mapping (mmap(2)) of a file or a kernel object. Memory handed out is valid until it is disposed; there is no finalizer,
/// so that what still reads it never faults: whoever maps disposes, or keeps it for the process's life.
/// </summary>
public sealed unsafe partial class MappedMemory : MemoryManager<byte>
{
    private const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2;

    private readonly int _length;
    private byte* _start;

    private MappedMemory(byte* start, int length)
    {
        _start = start;
        _length = length;
    }

    /// <summary>Shares memory with the kernel.</summary>
    public static MappedMemory MapShared(FileDescriptor descriptor, long offset, int length, bool writable, string about) =>
        TryMap(descriptor.Number, offset, length, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED)
        ?? throw SystemCallException.FromLastError($"mmap {about}");

    /// <summary>Shares memory with the kernel at an address that the object asks for, such as an arena's.</summary>
    public static MappedMemory MapSharedAt(FileDescriptor descriptor, ulong address, int length, string about) =>
        TryMap(descriptor.Number, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED, (nint)address)
        ?? throw SystemCallException.FromLastError($"mmap {about}");

    /// <summary>Maps a whole file to read; null where its file system cannot.</summary>
    public static MappedMemory? TryMapFile(string path)
    {
        using SafeHandle handle = File.OpenHandle(path);
        long length = new FileInfo(path).Length;
        MappedMemory? mapped = length is > 0 and <= int.MaxValue
            ? TryMap((int)handle.DangerousGetHandle(), 0, (int)length, PROT_READ, MAP_PRIVATE)
            : null;
        return mapped;
    }

    public override Span<byte> GetSpan() => new(Start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex);

    public override void Unpin()
    {
    }

    /// <summary>A word the kernel may change at any time; later reads come after it.</summary>
    public uint ReadAcquire32(int offset) => Volatile.Read(ref MemoryMarshal.AsRef<uint>(GetSpan().Slice(offset, 4)));

    /// <summary>A word the kernel may change at any time; later reads come after it.</summary>
    public ulong ReadAcquire64(int offset) => Volatile.Read(ref MemoryMarshal.AsRef<ulong>(GetSpan().Slice(offset, 8)));

    /// <summary>A word the kernel reads; earlier reads and writes come before it.</summary>
    public void WriteRelease64(int offset, ulong value) => Volatile.Write(ref MemoryMarshal.AsRef<ulong>(GetSpan().Slice(offset, 8)), value);

    /// <summary>A word the kernel reads; earlier reads and writes come before it.</summary>
    public void WriteRelease32(int offset, uint value) => Volatile.Write(ref MemoryMarshal.AsRef<uint>(GetSpan().Slice(offset, 4)), value);

    /// <summary>Writes a word that programs and other processes write too, where it is what was expected; returns what it was.</summary>
    public ulong CompareExchange64(int offset, ulong value, ulong expected) =>
        Interlocked.CompareExchange(ref MemoryMarshal.AsRef<ulong>(GetSpan().Slice(offset, 8)), value, expected);

    protected override void Dispose(bool disposing)
    {
        if (_start is not null)
        {
            _ = Unmap(_start, (nuint)_length);
            _start = null;
        }
    }

    private static MappedMemory? TryMap(int descriptor, long offset, int length, int protection, int flags, nint address = 0)
    {
        void* start = Map((void*)address, (nuint)length, protection, flags, descriptor, offset);
        return (nint)start == -1 ? null : new((byte*)start, length);
    }

    private byte* Start => _start is null ? throw new ObjectDisposedException(nameof(MappedMemory)) : _start;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
