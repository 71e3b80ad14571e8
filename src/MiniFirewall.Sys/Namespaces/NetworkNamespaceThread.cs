using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>Runs work inside a network namespace, on a thread of its own that ends with the work.</summary>
public static partial class NetworkNamespaceThread
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>
    /// Runs <paramref name="work"/> in the namespace that <paramref name="path"/> (such as /run/netns/x) names, and waits
    /// for it. Sockets made there stay there, whoever uses them later. Needs CAP_SYS_ADMIN. The work must not await.
    /// </summary>
    /// <exception cref="SystemCallException">The namespace cannot be opened or entered.</exception>
    public static T Run<T>(string path, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = work();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Enter(string path)
    {
        int descriptor = Open(path, 0x80000 /* O_RDONLY | O_CLOEXEC */);
        if (descriptor < 0)
        {
            throw SystemCallException.FromLastError($"open {path}");
        }

        using var owned = new FileDescriptor(descriptor);
        if (SetNamespace(owned.Number, CloneNewNet) < 0)
        {
            throw SystemCallException.FromLastError($"setns {path}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
