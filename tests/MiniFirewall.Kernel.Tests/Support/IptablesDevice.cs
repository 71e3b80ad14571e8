using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The oracle: the kernel's own iptables and ip6tables (the legacy ones, ip_tables.c) on a device.</summary>
internal sealed class IptablesDevice : IFirewall, IDisposable
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

    public string Name => "iptables";

    internal Device Device { get; }

    public void Load(FilterTable table)
    {
        string command = table.Family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore";
        Device.Namespace.Execute(command, ["-w", "30"], table.Text);
        _counters[table.Family].Learn();
    }

    public Observation? Judge(Packet packet) => Send(packet, Placement.AllInPages);

    /// <summary>Sends a packet and tells what the rules did with it; null where it never met its hook.</summary>
    internal Observation? Send(Packet packet, Placement placement)
    {
        _counters[packet.Family].TakeHits();
        Passage passage = Device.Send(packet, placement);
        List<Hit> hits = _counters[packet.Family].TakeHits();
        return passage == Passage.Unrealised ? null : new Observation(passage == Passage.Passed, hits);
    }

    public void Dispose()
    {
        _counters.Values.ToList().ForEach(counters => counters.Dispose());
        Device.Dispose();
    }
}
