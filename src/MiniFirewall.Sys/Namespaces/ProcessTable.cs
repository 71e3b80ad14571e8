using System.Globalization;

namespace MiniFirewall.Sys.Namespaces;

/// <summary>What /proc tells of the processes. Whatever ends while it is looked at is left out.</summary>
public static class ProcessTable
{
    /// <summary>Numbers of all processes that /proc shows.</summary>
    public static IEnumerable<int> All() => Numbers("/proc");

    /// <summary>Numbers of a process's threads.</summary>
    public static IEnumerable<int> ThreadsOf(int process) => Numbers($"/proc/{process}/task");

    /// <summary>The processes above this one, its parent first.</summary>
    public static IEnumerable<int> Ancestors()
    {
        for (int? process = ParentOf("self"); process > 0; process = ParentOf(process.Value.ToString(CultureInfo.InvariantCulture)))
        {
            yield return process.Value;
        }
    }

    /// <summary>Paths of the links in /proc/PID/fd.</summary>
    public static IReadOnlyList<string> OpenFilesOf(int process) => Entries($"/proc/{process}/fd");

    /// <summary>A process's name (comm); empty where it has ended.</summary>
    public static string NameOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The number of the process that leads a process's session; null where it has ended.</summary>
    public static int? SessionOf(int process) => FieldOf(process.ToString(CultureInfo.InvariantCulture), 3);

    /// <summary>Whether a process has a controlling terminal.</summary>
    public static bool HasTerminal(int process) => FieldOf(process.ToString(CultureInfo.InvariantCulture), 4) is not (null or 0);

    private static int? ParentOf(string process) => FieldOf(process, 1);

    /// <param name="field">Behind the name, from 0.</param>
    private static int? FieldOf(string process, int field)
    {
        try
        {
            // The name in brackets may hold anything, brackets too: what follows is after the last one.
            string status = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[field], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<int> Numbers(string directory)
    {
        foreach (string entry in Entries(directory))
        {
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                yield return number;
            }
        }
    }

    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
