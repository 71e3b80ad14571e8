using System.Globalization;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Sys.Processes;

namespace MiniFirewall.Cli.Services;

/// <summary>Leaves the service with the capabilities that it needs, and no way to get others.</summary>
internal static class Confined
{
    private const string Variable = "MINIFW_HOME_DESCRIPTOR";

    /// <summary>SysPtrace shows who holds other network namespaces, so that the remains of dead ones can be told and removed.</summary>
    private static readonly Capability[] Needed = [Capability.Bpf, Capability.NetAdmin, Capability.PerfMon, Capability.NetRaw, Capability.SysPtrace];

    /// <summary>With the same, to name the process of a packet's socket, whoever's it is; and to write to a log where that is another user's.</summary>
    private static readonly Capability[] ForLogs = [Capability.DacReadSearch, Capability.DacOverride];

    /// <summary>Begins the process anew where it has more; returns in the one that has not.</summary>
    internal static void Begin(bool withLogs)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } descriptor)
        {
            Environment.SetEnvironmentVariable(Variable, null);
            ServiceHome.Adopt(int.Parse(descriptor, CultureInfo.InvariantCulture));
            return;
        }

        Capability[] kept = withLogs ? [.. Needed, .. ForLogs] : Needed;
        if (Confinement.HasMoreThan(kept))
        {
            using ServiceHome home = ServiceHome.Open();
            Confinement.BeginAnew(kept, new Dictionary<string, string> { [Variable] = home.Descriptor.Number.ToString(CultureInfo.InvariantCulture) }, home.Descriptor);
        }
    }
}
