using System.Runtime.ExceptionServices;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Processes;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>Another process's mount namespace, to do work in.</summary>
public sealed class MountNamespace
{
    /// <summary>The process that was found last, and its namespace; to look at all processes takes time.</summary>
    private static volatile Found? s_lowest;

    private readonly int _process;

    private MountNamespace(int process) => _process = process;

    /// <summary>
    /// The outer mount namespace: that of the first process (/proc/1) or, where that is out of reach, the one of the lowest number among
    /// those of all processes: the kernel numbers the first one first, and a daemon finds the same as the shell that began it.
    /// Null where it is the caller's own, or cannot be entered: a service
    /// that may look at other processes without CAP_SYS_ADMIN and CAP_SYS_CHROOT sees the state where it is.
    /// </summary>
    public static MountNamespace? FindOuter()
    {
        int process = NumberOf("1") is null ? OfLowestNumber() : 1;
        return NumberOf($"{process}") is not { } number || number == NumberOf("thread-self") || !MayEnter() ? null : new(process);
    }

    /// <summary>A process in the mount namespace of the lowest number that can be seen; 0 where none can.</summary>
    private static int OfLowestNumber()
    {
        if (s_lowest is { } known && NumberOf($"{known.Process}") == known.Number)
        {
            return known.Process;
        }

        int process = ProcessTable.All().DefaultIfEmpty().MinBy(process => NumberOf($"{process}") ?? ulong.MaxValue);
        s_lowest = NumberOf($"{process}") is { } number ? new(process, number) : null;
        return process;
    }

    /// <summary>
    /// Runs <paramref name="work"/> on a thread of its own that has entered the namespace, its root directory too. Needs
    /// CAP_SYS_ADMIN and CAP_SYS_CHROOT. Descriptors that the work opens mean the same on every thread afterwards.
    /// </summary>
    /// <exception cref="SystemCallException"/>
    public T Run<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static bool MayEnter() => Capabilities.Has(Capabilities.SystemAdministration, Capabilities.SystemRoot);

    private static ulong? NumberOf(string process) => SymbolicLink.TryReadNamespace($"/proc/{process}/ns/mnt", "mnt");

    private void Enter()
    {
        string path = $"/proc/{_process}/ns/mnt";
        int file = FileCalls.OpenAt(FileCalls.AtFdCwd, path, FileCalls.CloseOnExec, 0);
        if (file < 0)
        {
            throw SystemCallException.FromLastError($"open {path}");
        }

        using var descriptor = new FileDescriptor(file);

        // A thread shares root and working directory with the process's others, and setns refuses to part them by itself.
        if (NamespaceCalls.Unshare(NamespaceCalls.CloneFileSystem) != 0)
        {
            throw SystemCallException.FromLastError("unshare(CLONE_FS)");
        }

        if (NamespaceCalls.SetNamespace(file, NamespaceCalls.CloneNewNamespace) != 0)
        {
            throw SystemCallException.FromLastError($"setns {path}");
        }
    }

    private sealed record Found(int Process, ulong Number);
}
