using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniFirewall.Sys.Files;

/// <summary>
/// A file's memory, shared with the kernel and with whoever else has mapped it. Words are 64 bits, host order, read and
/// written whole.
/// </summary>
public sealed unsafe class MappedMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly nuint _length;

    private MappedMemory(nint address, nuint length)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        _length = length;
    }

    /// <summary>Maps a file from its start for reading and writing. The descriptor may be closed afterwards.</summary>
    /// <param name="length">Bytes; rounded up to whole pages.</param>
    /// <exception cref="SystemCallException"/>
    public static MappedMemory Map(FileDescriptor file, int length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        nuint page = (nuint)Environment.SystemPageSize;
        nuint size = ((nuint)length + page - 1) / page * page;
        nint address = FileCalls.Map(0, size, FileCalls.ProtectRead | FileCalls.ProtectWrite, FileCalls.MapShared, file.Number, 0);
        return address == -1 ? throw SystemCallException.FromLastError("mmap") : new(address, size);
    }

    public ulong Read(int offset) => Volatile.Read(ref Word(offset));

    /// <summary>Writes a word; what was written before is seen by all who see it.</summary>
    public void Write(int offset, ulong value) => Volatile.Write(ref Word(offset), value);

    protected override bool ReleaseHandle() => FileCalls.Unmap(handle, _length) == 0;

    private ref ulong Word(int offset)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((nuint)offset + sizeof(ulong), _length, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % sizeof(ulong), 0, nameof(offset));
        return ref *(ulong*)(handle + offset);
    }
}
