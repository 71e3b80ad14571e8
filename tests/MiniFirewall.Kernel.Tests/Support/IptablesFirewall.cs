using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The oracle: the kernel's own iptables and ip6tables (the legacy ones, ip_tables.c) on a device.</summary>
internal sealed class IptablesFirewall : IFirewall
{
    private readonly Dictionary<Family, XtablesCounters> _counters = [];

    internal IptablesFirewall(IEnumerable<string> interfaces)
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

    public void Load(RuleTexts rules)
    {
        foreach ((Family family, string text) in rules.OfFamily)
        {
            string command = family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore";
            Device.Namespace.Execute(command, ["-w", "30"], text);
            _counters[family].Learn();
        }
    }

    public bool CanMeet(Packet packet) => Device.CanMeet(packet);

    public Observation? Judge(Packet packet)
    {
        List<Hit> hits = HitsOf(packet, out Passage passage);
        return passage == Passage.Unrealised ? null : new Observation(passage == Passage.Passed, hits);
    }

    /// <summary>What a packet adds to counters, whatever the kernel makes of it before the hook.</summary>
    internal List<Hit> HitsOf(Packet packet, out Passage passage)
    {
        XtablesCounters counters = _counters[packet.Family];
        counters.TakeHits();
        passage = Device.Send(packet);
        return counters.TakeHits();
    }

    public void Dispose()
    {
        _counters.Values.ToList().ForEach(counters => counters.Dispose());
        Device.Dispose();
    }
}
