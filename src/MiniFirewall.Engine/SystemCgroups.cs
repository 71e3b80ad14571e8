using MiniFirewall.Rules.Names;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine;

/// <summary>
/// The machine's cgroups of version 2, found where they are mounted: here, or, where this process has mounts of its own, in those of
/// the first process. In a cgroup namespace nobody can tell how deep a cgroup is, so that none is found there.
/// </summary>
public sealed class SystemCgroups : ICgroups
{
    // include/linux/proc_ns.h, PROC_CGROUP_INIT_INO
    private const string FirstNamespace = "cgroup:[4026531835]";

    private SystemCgroups()
    {
    }

    public static SystemCgroups Instance { get; } = new();

    public Cgroup? Find(string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (names.Any(name => name is "." or "..") || !IsInFirstNamespace())
        {
            return null;
        }

        foreach (string process in new[] { "self", "1" })
        {
            string root = process == "self" ? "" : $"/proc/{process}/root";
            foreach (string mount in Mounts(process))
            {
                if (FileStatus.TryOf(string.Join('/', names.Prepend(root + mount))) is { } status)
                {
                    return new Cgroup(status.Inode, names.Length);
                }
            }
        }

        return null;
    }

    private static bool IsInFirstNamespace()
    {
        try
        {
            return new FileInfo("/proc/self/ns/cgroup").LinkTarget == FirstNamespace;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Where the whole of version 2 is mounted (proc(5), mountinfo: root and place are the fourth and fifth word, the type follows a dash).</summary>
    private static string[] Mounts(string process)
    {
        try
        {
            return
            [
                .. File.ReadLines($"/proc/{process}/mountinfo").Select(line => line.Split(' '))
                    .Where(words => words.Length > 6 && words[3] == "/" && words.SkipWhile(word => word != "-").Skip(1).FirstOrDefault() == "cgroup2")
                    .Select(words => words[4]),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
