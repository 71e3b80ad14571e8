using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Files;

/// <summary>What identifies a file: the device of its file system, its inode number, and how many names it has.</summary>
public readonly record struct FileStatus(uint DeviceMajor, uint DeviceMinor, ulong Inode, uint Links)
{
    /// <summary>Size and offsets of struct statx (include/uapi/linux/stat.h).</summary>
    internal const int Size = 256, LinksAt = 16, InodeAt = 32, DeviceMajorAt = 136, DeviceMinorAt = 140;

    private const uint BasicStats = 0x7ff;

    /// <summary>
    /// The status of a path, links followed; null where there is no such file or it may not be looked at. A file system
    /// elsewhere is not asked (AT_STATX_DONT_SYNC), so this does not hang on one that is out of reach.
    /// </summary>
    public static FileStatus? TryOf(string path) => Get(FileCalls.AtFdCwd, path, FileCalls.AtDoNotSync);

    /// <summary>Whether both lie on one file system.</summary>
    public bool IsBeside(FileStatus other) => (DeviceMajor, DeviceMinor) == (other.DeviceMajor, other.DeviceMinor);

    /// <summary>The status of an open file.</summary>
    /// <exception cref="SystemCallException"/>
    public static FileStatus Of(FileDescriptor file) =>
        Get(file.Number, "", FileCalls.AtEmptyPath) ?? throw SystemCallException.FromLastError("statx");

    private static FileStatus? Get(int directory, string path, int flags)
    {
        Span<byte> status = stackalloc byte[Size];
        if (FileCalls.Statx(directory, path, flags, BasicStats, status) != 0)
        {
            return null;
        }

        return new(Word(status, DeviceMajorAt), Word(status, DeviceMinorAt), MemoryMarshal.Read<ulong>(status[InodeAt..]), Word(status, LinksAt));
    }

    private static uint Word(ReadOnlySpan<byte> status, int at) => MemoryMarshal.Read<uint>(status[at..]);
}
