using System.Globalization;
using System.Text;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Two routers with the same rules, one with iptables and the kernel's connection tracking, one with miniFirewall's: every packet must count the same.</summary>
internal sealed class TwinRouters : IDisposable
{
    private static readonly string[] s_rules =
    [
        .. new[] { "INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED" }.Select(state => $"-A FORWARD -m conntrack --ctstate {state}"),
        "-A FORWARD -m conntrack --ctdir ORIGINAL",
        "-A FORWARD -m conntrack --ctdir REPLY",
        "-A FORWARD -m conntrack ! --ctstate NEW,RELATED --ctdir ORIGINAL",
        "-A FORWARD -m state --state RELATED,ESTABLISHED",
        "-A FORWARD -m state ! --state INVALID",
        "-A FORWARD -p udp -m udp --dport 9 -m state --state NEW -j DROP",
        "-A FORWARD -p tcp -m tcp --dport 9 -m state --state NEW -j DROP",
    ];

    private readonly IptablesFirewall _iptables = new(["eth0", "eth1"]);
    private readonly EngineFirewall _engine = new(["eth0", "eth1"]);
    private readonly ReferenceTracking _reference = new();

    private readonly string[] _rules;
    private readonly Family[] _families;

    internal TwinRouters()
        : this([Family.IPv4, Family.IPv6], s_rules)
    {
    }

    internal TwinRouters(Family[] families, string[] rules)
    {
        (_families, _rules) = (families, rules);
        Load();
    }

    /// <summary>Puts the rules in force, again where they are.</summary>
    internal void Load()
    {
        RuleTexts rules = RuleTexts.Of(_families, _rules);
        _iptables.Load(rules);
        _engine.Load(rules);
        _reference.Load(rules);
    }

    /// <summary>How long a UDP connection lives that has not been answered.</summary>
    internal void SetUdpTimeout(int seconds) => Set("udp_timeout", seconds);

    /// <summary>Sets a setting of both, by its name without "nf_conntrack_".</summary>
    internal void Set(string name, int value)
    {
        _iptables.Device.Namespace.SetSystemControl($"netfilter/nf_conntrack_{name}", value.ToString(CultureInfo.InvariantCulture));
        using BpfMap tracking = _engine.OpenPinned(WellKnownMaps.Tracking);
        ConnectionSettingValue set = new(ConnectionSetting.Find(name)!, value);
        TrackingSettings.Set(tracking, [set]);
        _reference.Set(set);
    }

    /// <summary>The reference tracker judges the packets that it knows too, from the first one on.</summary>
    internal bool AsksReference { get; init; }

    /// <summary>From now on everybody can choose connections that have one hash.</summary>
    internal void ForgetSecrets()
    {
        using BpfMap tracking = _engine.OpenPinned(WellKnownMaps.Tracking);
        byte[] value = TrackingSettings.Copy(tracking), known = TrackingTable.Encode(KernelTime.Hertz, new byte[TrackingTable.SeedBytes]);
        byte[] other = TrackingTable.Encode(KernelTime.Hertz, [.. Enumerable.Repeat(byte.MaxValue, TrackingTable.SeedBytes)]);
        for (int i = 0; i < value.Length; i++)
        {
            value[i] = known[i] == other[i] ? value[i] : known[i];
        }

        tracking.Update(new byte[tracking.KeySize], value);
    }

    /// <summary>Connections that miniFirewall has, and hashes of them.</summary>
    internal (int Connections, int Hashes) CountHashes()
    {
        using BpfMap map = _engine.OpenPinned(WellKnownMaps.Connections);
        using MappedMemory memory = map.MapValues();
        TableSnapshot table = TableSnapshot.Of(memory.GetSpan());
        return (table.Entries, table.Hashes);
    }

    /// <summary>Has the kernel count packets and bytes of connections, as miniFirewall does.</summary>
    internal void CountTraffic() => _iptables.Device.Namespace.SetSystemControl("netfilter/nf_conntrack_acct", "1");

    /// <summary>
    /// What the kernel knows of connections, as its own file says it. For each page that is read, older kernels count their way through the connections
    /// of all namespaces: where one has ended meanwhile, another is left out. A list of as many as the kernel counts is whole.
    /// </summary>
    internal string[] KernelLines() => _iptables.Device.Namespace.Run(() =>
    {
        const int MostReadings = 20;
        string[] lines = [];
        for (int reading = 0; reading < MostReadings; reading++)
        {
            lines = File.ReadAllLines("/proc/thread-self/net/nf_conntrack");
            if (lines.Length >= int.Parse(File.ReadAllText("/proc/sys/net/netfilter/nf_conntrack_count"), CultureInfo.InvariantCulture))
            {
                break;
            }
        }

        return lines;
    });

    /// <summary>The same of miniFirewall's.</summary>
    internal string[] Lines()
    {
        using LiveConnections connections = _engine.OpenConnections();
        var lines = new List<string>();
        var room = new byte[ConnectionText.LongestLine];
        ConnectionWalk walk = connections.Walk();
        while (walk.MoveNext())
        {
            lines.Add(Encoding.UTF8.GetString(room, 0, ConnectionText.WriteProc(room, walk.Current, walk.Now, KernelTime.Hertz)));
        }

        return [.. lines];
    }

    /// <summary>Has both kernels translate addresses, by the same rules of table nat.</summary>
    /// <param name="own">An address of the interface eth1.</param>
    internal void Translate(Family family, string own, string rules)
    {
        foreach (NetworkNamespace router in (NetworkNamespace[])[_iptables.Device.Namespace, _engine.Device.Namespace])
        {
            // An address that is still looked for elsewhere is not masqueraded with.
            router.Execute("ip", ["address", "add", $"{own}/{(family == Family.IPv4 ? 32 : 128)}", "dev", "eth1", .. family == Family.IPv4 ? (string[])[] : ["nodad"]]);
        }

        RestoreBeside(family, rules);
    }

    /// <summary>Gives both kernels the same rules of other tables.</summary>
    internal void RestoreBeside(Family family, string rules) =>
        Execute(family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore", ["-w", "30"], rules);

    /// <summary>Runs a program on both.</summary>
    internal void Execute(string command, string[] arguments, string input)
    {
        foreach (NetworkNamespace router in (NetworkNamespace[])[_iptables.Device.Namespace, _engine.Device.Namespace])
        {
            router.Execute(command, arguments, input);
        }
    }

    /// <summary>Numbers of the rules that count one state each: those of IPv4 packets leave out UNTRACKED.</summary>
    internal static IEnumerable<int> StatesOf(Family family) => Enumerable.Range(1, family == Family.IPv4 ? 4 : 5);

    /// <summary>Numbers of such rules that have counted.</summary>
    internal SortedSet<int> SeenStates { get; } = [];

    internal void Judge(Packet packet, string about) => Judge(packet, new Placement(4096, 4096), about);

    internal void Judge(Packet packet, Placement placement, string about)
    {
        (_iptables.Device.Placement, _engine.Device.Placement) = (placement, placement);
        Observation? expected = _iptables.Judge(packet), seen = _engine.Judge(packet);
        Assert.True(expected is not null && expected.Equals(seen), $"{about}\n  the kernel: {expected}\n  miniFirewall: {seen}");
        if (AsksReference && Analysis.Connections.ConnectionTracker.Knows(packet))
        {
            Observation said = _reference.Judge(packet);
            Assert.True(expected.Equals(said), $"{about}\n  the kernel: {expected}\n  the reference: {said}");
        }

        SeenStates.UnionWith(expected.Hits.Select(hit => hit.Place.Rule).Where(rule => rule is > 0 and <= 5));
    }

    /// <summary>The same of a packet that the kernel may keep, or make another one of, before rules see it: what both counted.</summary>
    internal IReadOnlyList<Hit> JudgeHits(Packet packet, string about)
    {
        List<Hit> expected = _iptables.HitsOf(packet, out _), seen = _engine.HitsOf(packet);
        Assert.True(new Observation(true, expected).Equals(new Observation(true, seen)), $"{about}\n  the kernel: {string.Join(", ", expected)}\n  miniFirewall: {string.Join(", ", seen)}");
        return expected;
    }

    /// <summary>Every connection of miniFirewall's has had so many packets from either side; of less than 33 bits.</summary>
    internal void SetPackets(uint count)
    {
        using BpfMap map = _engine.OpenPinned(WellKnownMaps.Connections);
        using MappedMemory memory = map.MapValues();
        int buckets = ConnectionTable.BucketsOf(map.ValueSize);
        for (int place = 0; place < ConnectionTable.PlacesOf(buckets); place++)
        {
            for (int side = 0; side < 2; side++)
            {
                memory.WriteRelease32(At(place, ConnectionEntry.Packets + (side * ConnectionEntry.PacketsSize)), count);
                memory.WriteRelease32(At(place, ConnectionEntry.PacketsHigh + (side * ConnectionEntry.PacketsSize)), 0);
            }
        }

        int At(int place, int at) => ConnectionTable.PartAt(buckets, place / ConnectionTable.Ways, place % ConnectionTable.Ways, at);
    }

    public void Dispose()
    {
        _reference.Dispose();
        _engine.Dispose();
        _iptables.Dispose();
    }
}
