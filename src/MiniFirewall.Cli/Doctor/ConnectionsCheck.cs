namespace MiniFirewall.Cli.Doctor;

/// <summary>Tables of connections that are nearly full, ours and the kernel's own.</summary>
internal static class ConnectionsCheck
{
    private const double Much = 0.8, TooMuch = 0.95;

    internal static IEnumerable<Finding> Look(Patient patient)
    {
        if (patient.Status.Connections is { } table)
        {
            if (IsFull(table.Used, table.Most) is { } severity)
            {
                yield return new(severity, "connections", $"the table of connections is {table.Used * 100L / table.Most} % full ({table.Used} of {table.Most})", $"minifw connections settings max {table.Most * 2L}");
            }

            if (table.Refused > 0)
            {
                yield return new(Severity.Warning, "connections", $"{table.Refused} packets that were to begin a connection found the table full", $"minifw connections settings max {table.Most * 2L}");
            }
        }

        if (patient.Surroundings.Conntrack is { } kernel && kernel.Most > 0 && IsFull(kernel.Used, kernel.Most) is { } level)
        {
            yield return new(level, "connections", $"the kernel's own table of connections (nf_conntrack) is {kernel.Used * 100 / kernel.Most} % full", $"sysctl net.netfilter.nf_conntrack_max={kernel.Most * 2}");
        }
    }

    private static Severity? IsFull(long used, long most) => used >= most * TooMuch ? Severity.Problem : used >= most * Much ? Severity.Warning : null;
}
