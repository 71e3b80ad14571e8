using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench.Classify;

/// <summary>A network namespace with nothing in it, where commands run without `ip netns exec`; what minifw left goes with it.</summary>
internal sealed class ScratchNamespace : IDisposable
{
    private static int _last;

    private readonly string _name = $"mfwscratch-{Environment.ProcessId}-{++_last}";

    internal ScratchNamespace() => Tool.Run("ip", "netns", "add", _name);

    /// <summary>Where minifw pins what it has put into this namespace; null where it has nothing.</summary>
    internal string? PinDirectory
    {
        get
        {
            string inode = NetworkNamespaceThread.Run(Path, () => File.ResolveLinkTarget("/proc/thread-self/ns/net", false)!.Name);
            string number = inode[(inode.IndexOf('[') + 1)..^1];
            return Directory.Exists("/run/minifw/bpf") ? Directory.EnumerateDirectories("/run/minifw/bpf", $"net-*-{number}").FirstOrDefault() : null;
        }
    }

    /// <summary>Where minifw keeps this namespace's rule sets; null where none are in force.</summary>
    internal string? KeptDirectory => PinDirectory is { } pins ? $"/run/minifw/kept-{System.IO.Path.GetFileName(pins)}" : null;

    private string Path => $"/run/netns/{_name}";

    /// <summary>Runs a command that must succeed. A process starts in the namespace of the thread that makes it.</summary>
    internal void Run(string file, params string[] arguments) => Time(file, arguments);

    /// <summary>Wall time of a whole process that must succeed.</summary>
    internal TimeSpan Time(string file, params string[] arguments) => NetworkNamespaceThread.Run(Path, () => Tool.Time(file, arguments));

    /// <summary>Whatever minifw has kept of it goes too: to find out that a namespace is dead, and to clear up behind it, is no part of the next command.</summary>
    public void Dispose()
    {
        if (PinDirectory is { } pins)
        {
            Run(Tool.Minifw, "off");
            foreach (string left in Directory.EnumerateFileSystemEntries("/run/minifw", $"*{System.IO.Path.GetFileName(pins)}"))
            {
                if (Directory.Exists(left))
                {
                    Directory.Delete(left, recursive: true);
                }
                else
                {
                    File.Delete(left);
                }
            }
        }

        Tool.Run("ip", "netns", "delete", _name);
    }
}
