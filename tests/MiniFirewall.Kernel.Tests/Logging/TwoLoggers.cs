using MiniFirewall.Engine;
using MiniFirewall.Engine.Logging;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>A router whose packets meet the same LOG rules twice: the kernel's own, and miniFirewall's.</summary>
internal sealed class TwoLoggers : IDisposable
{
    internal const string PeerV4 = "192.0.2.9", RouterV4 = "192.0.2.1", ServerV4 = "198.51.100.9";
    internal const string PeerV6 = "2001:db8:1::9", RouterV6 = "2001:db8:1::1", ServerV6 = "2001:db8:2::9";

    private static readonly string[] Ways = ["INPUT", "FORWARD", "OUTPUT"];

    /// <summary>What one packet is to be reported with, a line each.</summary>
    private static readonly LogDetails[] Reports =
        [LogDetails.None, LogDetails.TcpSequence | LogDetails.TcpOptions | LogDetails.IpOptions | LogDetails.Uid | LogDetails.MacDecode];

    private readonly string _prefix = $"mfw{Environment.ProcessId}-{Guid.NewGuid():N}"[..20];
    private readonly LogOfAllNamespaces _switch = new();
    private readonly Tap _left, _right;
    private readonly KernelLog _kernel;
    private readonly EventReader _events;

    internal TwoLoggers()
    {
        Namespace.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/forwarding", "1");
            File.WriteAllText("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
            File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", "0");

            // Nothing is asked of the links, and no address is made for them: packets come of the tests alone.
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/router_solicitations", "0");
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
        });
        (_left, _right) = Namespace.Run(() => (new Tap("left"), new Tap("right")));
        foreach (string line in (string[])
        [
            "link set left up", "link set right up", $"addr add {RouterV4}/24 brd + dev left", "addr add 198.51.100.1/24 dev right",
            $"addr add {RouterV6}/64 dev left nodad", "addr add 2001:db8:2::1/64 dev right nodad", "addr add 2001:db8::1/64 dev right nodad",
            $"neigh add {PeerV4} lladdr 02:00:00:00:00:09 dev left nud permanent", $"neigh add {PeerV6} lladdr 02:00:00:00:00:09 dev left nud permanent",
            $"neigh add {ServerV4} lladdr 02:00:00:00:00:0a dev right nud permanent", $"neigh add {ServerV6} lladdr 02:00:00:00:00:0a dev right nud permanent",
        ])
        {
            Command.Run(["ip", "-n", Namespace.Name, .. line.Split(' ')]);
        }

        Thread.Sleep(500);
        string rules = string.Concat(Ways.SelectMany(way => Reports.Select(report => $"-A {way} -j LOG --log-level debug --log-prefix \"{_prefix}\"{Options(report)}\n")));
        foreach (string command in (string[])["iptables-legacy-restore", "ip6tables-legacy-restore"])
        {
            Namespace.Shell($"{command} <<'END'\n*filter\n{rules}COMMIT\nEND");
        }

        Namespace.Apply(rules);
        _kernel = new KernelLog();
        _events = Namespace.Run(() => Namespace.Open().OpenEvents()!);
    }

    internal TestNamespace Namespace { get; } = new();

    /// <summary>Lets packets come in from the left.</summary>
    internal void Receive(Family family, byte[] packet, Placement placement) => _left.Write(family, packet, placement);

    /// <summary>What both have written since the last call.</summary>
    internal (List<string> Kernel, List<string> Minifw) Take()
    {
        var ours = new List<string>();
        LoadedRuleSet rules = Namespace.Read()!;
        while (_events.Read(TimeSpan.FromMilliseconds(100)) is { } record)
        {
            if (rules.OwnerOf(record.Counter)?.Rule?.Target is LogTarget target)
            {
                ours.Add(KernelLine.Of(record, "", target.Details));
            }
        }

        return (Expected(_kernel.TakeAll(_prefix)), Expected(ours));
    }

    public void Dispose()
    {
        Namespace.Run(_events.Dispose);
        _kernel.Dispose();
        _left.Dispose();
        _right.Dispose();
        Namespace.Dispose();
        _switch.Dispose();
    }

    /// <summary>
    /// Without the reports that the machine makes by itself of the multicast groups it listens to: on another processor, they come
    /// between others in one order here and in another there.
    /// </summary>
    private static List<string> Expected(List<string> lines) => [.. lines.Where(line => !line.Contains("PROTO=ICMPv6 TYPE=143 CODE=0 ", StringComparison.Ordinal))];

    private static string Options(LogDetails details) => details == LogDetails.None
        ? ""
        : " --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode";
}
