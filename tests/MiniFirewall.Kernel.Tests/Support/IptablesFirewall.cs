using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The oracle: the kernel's own iptables and ip6tables (the legacy ones, ip_tables.c) on a device.</summary>
internal sealed class IptablesFirewall : IFirewall
{
    private const string EmptyTable = "*filter\nCOMMIT\n";

    private readonly Dictionary<Family, XtablesCounters> _counters = [];
    private string _sets = "";

    internal IptablesFirewall(IEnumerable<string> interfaces)
        : this(new Device(interfaces))
    {
    }

    /// <param name="device">Is its own from now on.</param>
    internal IptablesFirewall(Device device)
    {
        Device = device;
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            _counters[family] = Device.Namespace.Run(() => new XtablesCounters(family, "filter"));
            _counters[family].Learn();
        }
    }

    public string Name => "iptables";

    /// <summary>Whether a packet can be sent to a device, and means to this kernel's own tables what it means to miniFirewall.</summary>
    internal static bool IsOracleFor(Packet packet) => Device.CanMeet(packet) && OverlongHeaders.AreJudgedAlike(packet) && ManyHeaders.AreJudgedAlike(packet);

    internal Device Device { get; }

    /// <summary>The kernel has the types of the sets that were loaded last.</summary>
    internal bool HasSetTypes { get; private set; } = true;

    public void Load(RuleTexts rules)
    {
        LoadSets(rules.Sets);
        if (!HasSetTypes)
        {
            return;
        }

        foreach ((Family family, string text) in rules.OfFamily)
        {
            string command = family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore";
            Device.Namespace.Execute(command, ["-w", "30"], text);
            _counters[family].Learn();
        }
    }

    public bool CanMeet(Packet packet) => HasSetTypes && IsOracleFor(packet);

    public Observation? Judge(Packet packet)
    {
        if (!HasSetTypes)
        {
            return null;
        }

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

    /// <summary>What has been added to each counter of a family since the last call.</summary>
    internal List<Hit> TakeHits(Family family) => _counters[family].TakeHits();

    private void LoadSets(string sets)
    {
        if (sets.Length == 0 && _sets.Length == 0)
        {
            return;
        }

        // Sets that rules name cannot be destroyed.
        Device.Namespace.Execute("iptables-legacy-restore", ["-w", "30"], EmptyTable);
        Device.Namespace.Execute("ip6tables-legacy-restore", ["-w", "30"], EmptyTable);
        Device.Namespace.Execute("ipset", ["destroy"]);
        _sets = sets;
        HasSetTypes = true;
        try
        {
            Device.Namespace.Execute("ipset", ["-exist", "restore"], sets);
        }
        catch (InvalidOperationException refusal) when (refusal.Message.Contains("set type not supported", StringComparison.Ordinal))
        {
            HasSetTypes = false;
        }
    }

    public void Dispose()
    {
        _counters.Values.ToList().ForEach(counters => counters.Dispose());
        Device.Dispose();
    }
}
