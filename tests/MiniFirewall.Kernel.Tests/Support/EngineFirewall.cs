using MiniFirewall.Bpf;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// The whole product on a device: commits through the engine, packets through its pinned dispatchers. Its state lives in a
/// directory of its own, for tests run side by side; those of processes that are gone are removed.
/// </summary>
internal sealed class EngineFirewall : IFirewall
{
    private const string RootPrefix = "mfwd-";
    private static int s_last;
    private readonly string _root = $"/run/{RootPrefix}{Environment.ProcessId}-{Interlocked.Increment(ref s_last)}";
    private readonly FirewallEngine _engine;
    private Dictionary<(Family, CounterPlace), Counters> _last = [];

    internal EngineFirewall(IEnumerable<string> interfaces)
        : this(new Device(interfaces))
    {
    }

    /// <param name="device">Is its own from now on.</param>
    internal EngineFirewall(Device device)
    {
        RemoveLeftovers();
        Device = device;
        _engine = Device.Namespace.Run(() => FirewallEngine.Open(new EngineParts { Root = _root }));
    }

    public string Name => "engine";

    internal Device Device { get; }

    public void Load(RuleTexts rules) => Load(rules.Whole);

    /// <summary>As minifw apply.</summary>
    internal void Load(string text)
    {
        RuleSet read = RuleReading.Read(text);
        Device.Namespace.Run(() => _engine.Apply(read));
        TakeHits(Family.IPv4);
    }

    /// <summary>Where the generation in force has a pin.</summary>
    internal string PathOf(string name) => Directory.EnumerateFiles(_root, name, SearchOption.AllDirectories).Single();

    /// <summary>A map of the generation in force.</summary>
    internal BpfMap OpenPinned(string name) => BpfMap.TryOpen(PathOf(name)) ?? throw new InvalidOperationException($"{name} is not pinned");

    /// <summary>As minifw connections settings.</summary>
    internal void SetConnections(string name, int value) => Device.Namespace.Run(() => _engine.SetConnections([new(ConnectionSetting.Find(name)!, value)]));

    /// <summary>The connections that the rules in force track.</summary>
    internal LiveConnections OpenConnections() => Device.Namespace.Run(() => _engine.OpenConnections())
        ?? throw new InvalidOperationException("no connections are tracked");

    /// <summary>Packets that a rule has counted; the policy is number 0.</summary>
    internal ulong CountOf(string chain, int rule, Family family) =>
        Device.Namespace.Run(() => Count(_engine.Read()!))[(family, new CounterPlace(chain, rule))].Packets;

    public bool CanMeet(Packet packet) => Device.CanMeet(packet);

    public Observation? Judge(Packet packet)
    {
        Passage passage = Device.Send(packet);
        List<Hit> hits = TakeHits(packet.Family);
        return passage == Passage.Unrealised ? null : new Observation(passage == Passage.Passed, hits);
    }

    /// <summary>What a packet adds to counters, whatever the kernel makes of it before the hook.</summary>
    internal List<Hit> HitsOf(Packet packet)
    {
        Device.Send(packet);
        return TakeHits(packet.Family);
    }

    public void Dispose()
    {
        Device.Namespace.Run(() => _engine.Off());
        Device.Dispose();
        Remove(_root);
    }

    private static void RemoveLeftovers()
    {
        foreach (string root in Directory.EnumerateDirectories("/run", RootPrefix + "*"))
        {
            if (!Directory.Exists("/proc/" + root[("/run/" + RootPrefix).Length..].Split('-')[0]))
            {
                Remove(root);
            }
        }
    }

    private static void Remove(string root)
    {
        LibC.TryUnmount(Path.Combine(root, "bpf"));
        try
        {
            Directory.Delete(root, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another run has just removed it.
        }
    }

    /// <summary>
    /// As minifw serve, until told to stop, on a thread of its own; with no limit that packets sent one after the other would meet.
    /// </summary>
    internal Task<AnswerTally> Serve(CancellationToken stop)
    {
        string thread = Device.Namespace.Run(() => new FileInfo("/proc/thread-self").LinkTarget!);
        return Task.Factory.StartNew(
            () => NetworkNamespaceThread.Run($"/proc/{thread}/ns/net", () => FirewallEngine.Open(new EngineParts { Root = _root })
                .Serve(new TokenRate(1_000_000, 1_000_000), _ => { }, _ => { }, stop).Answers),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Rejected packets are answered.</summary>
    internal bool AnswersRejects => Device.Namespace.Run(() => _engine.Status().RejectsAreAnswered);

    /// <summary>What has been added to each counter of a family since the last call.</summary>
    internal List<Hit> TakeHits(Family family)
    {
        Dictionary<(Family, CounterPlace), Counters> now = Device.Namespace.Run(() => Count(_engine.Read()!));
        var hits = new List<Hit>();
        foreach (((Family Family, CounterPlace Place) key, Counters after) in now.Where(entry => entry.Key.Item1 == family))
        {
            Counters before = _last.GetValueOrDefault(key);
            if (after != before)
            {
                hits.Add(new Hit(key.Place, new Counters(after.Packets - before.Packets, after.Bytes - before.Bytes)));
            }
        }

        _last = now;
        return hits;
    }

    private static Dictionary<(Family, CounterPlace), Counters> Count(LoadedRuleSet loaded)
    {
        var counts = new Dictionary<(Family, CounterPlace), Counters>();
        foreach (Chain chain in loaded.Rules.Chains)
        {
            foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
            {
                counts.Add((family, new CounterPlace(chain.Name, 0)), loaded.OfPolicy(chain, family));
                int number = 0;
                for (int i = 0; i < chain.Rules.Length; i++)
                {
                    if (chain.Rules[i].Families.Has(family))
                    {
                        counts.Add((family, new CounterPlace(chain.Name, ++number)), loaded.OfRule(chain, i + 1, family));
                    }
                }
            }
        }

        return counts;
    }
}
