namespace MiniFirewall.Bpf;

/// <summary>The CPUs a kernel may ever have: a per-CPU map holds a value for each, running or not.</summary>
public static class PossibleCpus
{
    private static readonly Lazy<int> Number = new(() => Parse(File.ReadAllText("/sys/devices/system/cpu/possible")));

    public static int Count => Number.Value;

    /// <summary>One more than the highest CPU in a list such as "0-3" or "0,2-7".</summary>
    internal static int Parse(string list)
    {
        string last = list.Trim().Split(',')[^1];
        return int.Parse(last.Split('-')[^1]) + 1;
    }
}
