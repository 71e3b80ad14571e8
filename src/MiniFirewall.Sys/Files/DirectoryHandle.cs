using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Files;

/// <summary>
/// An open directory. Names are resolved from it and never from a path, so it means the same directory on every thread,
/// whatever mount namespace or root that thread has.
/// </summary>
public sealed class DirectoryHandle : IDisposable
{
    private const int NoEntry = 2, Exists = 17, NotDirectory = 20, IsDirectory = 21;

    private readonly FileDescriptor _descriptor;
    private readonly string _name;

    private DirectoryHandle(FileDescriptor descriptor, string name)
    {
        _descriptor = descriptor;
        _name = name;
    }

    public FileDescriptor Descriptor => _descriptor;

    /// <summary>A path to an entry that works on every thread of this process while this object lives.</summary>
    public string PathOf(string name) => $"/proc/self/fd/{_descriptor.Number}/{name}";

    /// <summary>Opens a directory by its path; null where there is none.</summary>
    /// <exception cref="SystemCallException"/>
    public static DirectoryHandle? TryOpen(string path) => TryOpen(FileCalls.AtFdCwd, path, path);

    /// <summary>Takes over a descriptor of a directory that the process was begun with.</summary>
    /// <param name="name">For messages.</param>
    public static DirectoryHandle Adopt(int descriptor, string name) => new(new FileDescriptor(descriptor), name);

    /// <summary>Opens a directory in this one; null where there is none.</summary>
    /// <exception cref="SystemCallException"/>
    public DirectoryHandle? TryOpenDirectory(string name) => TryOpen(_descriptor.Number, name, $"{_name}/{name}");

    /// <summary>Makes a directory, open to its owner only, where there is none, and opens it.</summary>
    /// <exception cref="SystemCallException"/>
    public DirectoryHandle MakeDirectory(string name)
    {
        Check(FileCalls.MakeDirectoryAt(_descriptor.Number, name, 0x1c0), "mkdir", name, Exists);
        return TryOpenDirectory(name) ?? throw SystemCallException.FromLastError($"open {_name}/{name}");
    }

    /// <summary>Opens a regular file, made where there is none, open to its owner only.</summary>
    /// <exception cref="SystemCallException"/>
    public FileDescriptor MakeFile(string name)
    {
        int flags = FileCalls.ReadWrite | FileCalls.Create | FileCalls.CloseOnExec | FileCalls.NoFollow;
        int file = FileCalls.OpenAt(_descriptor.Number, name, flags, 0x180);
        return file >= 0 ? new(file) : throw SystemCallException.FromLastError($"open {_name}/{name}");
    }

    public bool Contains(string name) => FileStatus.TryOf(PathOf(name)) is not null;

    /// <summary>Names of the entries, in no order.</summary>
    public IReadOnlyList<string> Entries() =>
        [.. Directory.EnumerateFileSystemEntries(PathOf(".")).Select(path => Path.GetFileName(path)!)];

    /// <summary>Removes a file, or a directory with all that is in it; nothing where there is none.</summary>
    /// <exception cref="SystemCallException"/>
    public void Remove(string name)
    {
        if (FileCalls.UnlinkAt(_descriptor.Number, name, 0) == 0)
        {
            return;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno == IsDirectory)
        {
            RemoveDirectory(name);
        }
        else if (errno != NoEntry)
        {
            throw new SystemCallException($"unlink {_name}/{name}", errno);
        }
    }

    /// <summary>Gives a file another name; one that has that name goes, at the same moment.</summary>
    /// <exception cref="SystemCallException"/>
    public void Rename(string from, string to)
    {
        if (FileCalls.RenameAt(_descriptor.Number, from, _descriptor.Number, to) != 0)
        {
            throw SystemCallException.FromLastError($"rename {_name}/{from}");
        }
    }

    /// <summary>Puts a new file in the place of the one of that name, which goes at the same moment; where that fails, it stays.</summary>
    /// <param name="make">Makes the file at the path that it is given.</param>
    /// <exception cref="SystemCallException"/>
    public void PutInPlace(string name, Action<string> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        string made = name + "-new";
        Remove(made);
        make(PathOf(made));
        Rename(made, name);
    }

    /// <summary>Waits until the names in it are where a power cut leaves them (fsync).</summary>
    /// <exception cref="SystemCallException"/>
    public void Flush()
    {
        if (FileCalls.Synchronize(_descriptor.Number) != 0)
        {
            throw SystemCallException.FromLastError($"fsync {_name}");
        }
    }

    public void Dispose() => _descriptor.Dispose();

    private void RemoveDirectory(string name)
    {
        using (DirectoryHandle? directory = TryOpenDirectory(name))
        {
            foreach (string entry in directory?.Entries() ?? [])
            {
                directory!.Remove(entry);
            }
        }

        Check(FileCalls.UnlinkAt(_descriptor.Number, name, FileCalls.AtRemoveDirectory), "rmdir", name, NoEntry);
    }

    private void Check(int result, string call, string name, int allowed)
    {
        if (result != 0 && Marshal.GetLastPInvokeError() is int errno && errno != allowed)
        {
            throw new SystemCallException($"{call} {_name}/{name}", errno);
        }
    }

    private static DirectoryHandle? TryOpen(int directory, string path, string name)
    {
        int file = FileCalls.OpenAt(directory, path, FileCalls.Directory | FileCalls.CloseOnExec, 0);
        if (file >= 0)
        {
            return new(new FileDescriptor(file), name);
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno is NoEntry or NotDirectory ? null : throw new SystemCallException($"open {name}", errno);
    }
}
