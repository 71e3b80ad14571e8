using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MiniFirewall.Cli.Demo;

/// <summary>
/// The prefix of one run's names, "minifw-demo-PID.START": whether its owner still lives can be told from it alone, so a
/// later run can remove what a killed one left behind.
/// </summary>
internal sealed record SandboxName(int Process, long StartTime)
{
    private const string Prefix = "minifw-demo-";

    internal static SandboxName OfThisProcess() => new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    internal bool OwnerLives => StartOf(Process) == StartTime;

    internal string Namespace(string role) => $"{this}-{role}";

    public override string ToString() => $"{Prefix}{Process}.{StartTime}";

    /// <summary>Reads the prefix of a namespace's name, "minifw-demo-PID.START-ROLE".</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out SandboxName? name)
    {
        name = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.IndexOf('-', Prefix.Length) is not (> 0 and int end))
        {
            return false;
        }

        string[] parts = text[Prefix.Length..end].Split('.');
        if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int process)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long start))
        {
            name = new(process, start);
        }

        return name is not null;
    }

    /// <summary>Field 22 of /proc/PID/stat (proc(5)): ticks from boot to the process's start; null where there is none.</summary>
    private static long? StartOf(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            string[] afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(afterName[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
