namespace MiniFirewall.Bench.Classify;

/// <summary>
/// A memory control group of its own around a command: what the kernel has charged to it, and keeps charged when the command
/// has ended, is kernel memory that stays. Only with cgroup v1's separate count of kernel memory.
/// </summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _path;

    private MemoryGroup(string path) => _path = path;

    /// <summary>Bytes; user pages that are left over are given back before they are read.</summary>
    internal long KernelBytes
    {
        get
        {
            File.WriteAllText(Path.Combine(_path, "memory.force_empty"), "0");
            return long.Parse(File.ReadAllText(Path.Combine(_path, "memory.kmem.usage_in_bytes")));
        }
    }

    /// <summary>Null where this machine has no such groups.</summary>
    internal static MemoryGroup? TryMake()
    {
        string? own = File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).FirstOrDefault(parts => parts[1] == "memory")?[2];
        string parent = "/sys/fs/cgroup/memory" + own;
        if (own is null || !File.Exists(Path.Combine(parent, "memory.kmem.usage_in_bytes")))
        {
            return null;
        }

        string path = Path.Combine(parent, $"mfwbench-{Environment.ProcessId}");
        Directory.CreateDirectory(path);
        return new(path);
    }

    /// <summary>The command, as it runs inside the group.</summary>
    internal string[] Inside(params string[] command) => ["sh", "-c", $"echo $$ > {_path}/cgroup.procs && exec \"$@\"", "sh", .. command];

    public void Dispose() => Directory.Delete(_path);
}
