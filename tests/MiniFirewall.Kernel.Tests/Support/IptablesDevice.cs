using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The oracle: the kernel's own iptables and ip6tables (the legacy ones, ip_tables.c) on a device.</summary>
internal sealed class IptablesDevice : IDisposable
{
    private readonly Dictionary<Family, XtablesCounters> _counters = [];

    internal IptablesDevice(IEnumerable<string> interfaces)
    {
        Device = new Device(interfaces);
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            _counters[family] = Device.Namespace.Run(() => new XtablesCounters(family, "filter"));
            _counters[family].Learn();
        }
    }

    internal Device Device { get; }

    /// <summary>Replaces one family's filter table by text as iptables-save writes it.</summary>
    internal void Load(Family family, string table)
    {
        string command = family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore";
        Device.Namespace.Execute(command, ["-w", "30"], table);
        _counters[family].Learn();
    }

    /// <summary>Sends a packet and tells what the rules did with it; null where it never met its hook.</summary>
    internal Observation? Send(Packet packet, int linear)
    {
        _counters[packet.Family].TakeHits();
        Passage passage = Device.Send(packet, linear);
        List<Hit> hits = _counters[packet.Family].TakeHits();
        return passage == Passage.Unrealised ? null : new Observation(passage == Passage.Passed, hits);
    }

    public void Dispose()
    {
        _counters.Values.ToList().ForEach(counters => counters.Dispose());
        Device.Dispose();
    }
}
