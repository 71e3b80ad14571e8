namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>
/// Has the kernel's LOG write of packets in any namespace, as long as it lives: a switch of the whole machine, which is put back.
/// </summary>
internal sealed class LogOfAllNamespaces : IDisposable
{
    private const string Switch = "/proc/sys/net/netfilter/nf_log_all_netns";

    private readonly string _before = File.ReadAllText(Switch);

    internal LogOfAllNamespaces() => File.WriteAllText(Switch, "1");

    /// <summary>The switch is to be seen in the machine's first namespace only.</summary>
    internal static bool IsThere => File.Exists(Switch);

    public void Dispose() => File.WriteAllText(Switch, _before);
}
