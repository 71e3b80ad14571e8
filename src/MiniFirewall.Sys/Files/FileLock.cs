using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Files;

/// <summary>
/// An exclusive lock on a file of a directory (flock). The kernel queues those who wait, and lets go when the holder ends,
/// however it ends.
/// </summary>
public sealed class FileLock : IDisposable
{
    private const int Interrupted = 4, WouldBlock = 11;

    private readonly DirectoryHandle _directory;
    private readonly string _name;
    private readonly FileDescriptor _file;

    private FileLock(DirectoryHandle directory, string name, FileDescriptor file)
    {
        _directory = directory;
        _name = name;
        _file = file;
    }

    /// <summary>Waits for the lock; null where <paramref name="timeout"/> has passed first.</summary>
    /// <param name="directory">Must live as long as the lock.</param>
    /// <param name="timeout">How long to wait; null for ever, zero not at all.</param>
    /// <exception cref="SystemCallException"/>
    public static FileLock? TryTake(DirectoryHandle directory, string name, TimeSpan? timeout)
    {
        ArgumentNullException.ThrowIfNull(directory);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            FileDescriptor file = directory.MakeFile(name);
            if (!Take(file, start, timeout))
            {
                file.Dispose();
                return null;
            }

            // The one who held it may have removed the file: such a lock holds nobody else out.
            if (FileStatus.Of(file).Links > 0)
            {
                return new(directory, name, file);
            }

            file.Dispose();
        }
    }

    /// <summary>Removes the file and lets go; whoever waits takes a new one.</summary>
    public void RemoveFile() => _directory.Remove(_name);

    public void Dispose() => _file.Dispose();

    private static bool Take(FileDescriptor file, long start, TimeSpan? timeout)
    {
        if (timeout is null)
        {
            return TryLock(file, FileCalls.LockExclusive);
        }

        while (!TryLock(file, FileCalls.LockExclusive | FileCalls.LockNonBlocking))
        {
            if (Stopwatch.GetElapsedTime(start) >= timeout)
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return true;
    }

    private static bool TryLock(FileDescriptor file, int operation)
    {
        while (FileCalls.Lock(file.Number, operation) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == WouldBlock)
            {
                return false;
            }

            if (errno != Interrupted)
            {
                throw new SystemCallException("flock", errno);
            }
        }

        return true;
    }
}
