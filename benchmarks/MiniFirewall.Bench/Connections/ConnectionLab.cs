using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench.Connections;

/// <summary>A router an engine: without rules, with an empty program, and with rules that ask no state and such that do.</summary>
internal sealed class ConnectionLab : IDisposable
{
    internal const string Bare = "none", EmptyProgram = "bpf", Reassembly = "defrag";
    internal const string Iptables = "iptables", KernelTracking = "iptables-ct", Minifw = "minifw", OwnTracking = "minifw-ct";

    /// <summary>Packets that the kernel may have to say about groups of IPv6.</summary>
    private const int KernelsOwn = 64;

    private static readonly TimeSpan s_untilStream = TimeSpan.FromSeconds(2.5);

    private readonly Family _family;
    private readonly Dictionary<string, BenchRouter> _routers = [];
    private readonly LoadedPrograms _programs = new();
    private readonly List<BpfLink> _links = [];
    private readonly Dictionary<string, (long Sent, long Before)> _sent = [];

    internal ConnectionLab(Family family, string plainRules, string stateRules)
    {
        _family = family;
        foreach (string engine in (string[])[Bare, EmptyProgram, Reassembly, Iptables, KernelTracking, Minifw, OwnTracking])
        {
            _routers.Add(engine, new BenchRouter(engine, family));
        }

        BpfProgram empty = _programs.Empty();
        Attach(EmptyProgram, empty, isReassembled: false);
        Attach(Reassembly, empty, isReassembled: true);
        foreach ((string engine, string rules) in ((string, string)[])[(Iptables, plainRules), (KernelTracking, stateRules)])
        {
            InNamespace(engine, Text(rules), family == Family.IPv4 ? "iptables-legacy-restore" : "ip6tables-legacy-restore");
        }

        foreach ((string engine, string rules) in ((string, string)[])[(Minifw, plainRules), (OwnTracking, stateRules)])
        {
            InNamespace(engine, Text(rules), Tool.Minifw, "apply", "-");
        }
    }

    internal IEnumerable<string> Engines => _routers.Keys;

    /// <summary>
    /// A request, its answer, and a request again: then a connection is established for both. Once UDP's have lasted for two seconds, a request more makes them
    /// streams, for both.
    /// </summary>
    internal void Open(FlowPackets packets)
    {
        using Frames requests = packets.Requests(), answers = packets.Answers();
        foreach (BenchRouter router in _routers.Values)
        {
            router.SendFromClients(requests);
            router.SendFromServers(answers);
            router.SendFromClients(requests);
        }

        Thread.Sleep(s_untilStream);
        foreach (BenchRouter router in _routers.Values)
        {
            router.SendFromClients(requests);
        }
    }

    internal double SendChunk(string engine, Frames packets)
    {
        if (!_sent.TryGetValue(engine, out (long Sent, long Before) sent))
        {
            sent.Before = _routers[engine].Forwarded;
        }

        double time = _routers[engine].SendChunk(packets);
        _sent[engine] = (sent.Sent + BenchRouter.ChunkSize, sent.Before);
        return time;
    }

    /// <summary>Every packet was passed, or with rules that drop none.</summary>
    internal void Check(bool isDropped)
    {
        foreach ((string engine, (long sent, long before)) in _sent)
        {
            long passed = _routers[engine].Forwarded - before, expected = isDropped && engine is not (Bare or EmptyProgram or Reassembly) ? 0 : sent;
            if (passed < expected || passed > expected + (_family == Family.IPv4 ? 0 : KernelsOwn))
            {
                Console.Error.WriteLine($"connections: {engine} passed {passed} of {sent} packets, not {expected}");
            }
        }
    }

    public void Dispose()
    {
        foreach (BpfLink link in _links)
        {
            link.Dispose();
        }

        _programs.Dispose();
        InNamespace(Minifw, null, Tool.Minifw, "off");
        InNamespace(OwnTracking, null, Tool.Minifw, "off");
        foreach (BenchRouter router in _routers.Values)
        {
            router.Dispose();
        }
    }

    private static string Text(string rules) => $"*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n{rules}\nCOMMIT\n";

    private void Attach(string engine, BpfProgram program, bool isReassembled) => _links.Add(NetworkNamespaceThread.Run(
        _routers[engine].NamespacePath, () => BpfLink.AttachNetfilter(program, _family, Hook.Forward, 0, isReassembled ? NetfilterLinkFlags.Defragment : NetfilterLinkFlags.None)));

    private void InNamespace(string engine, string? input, params string[] command) =>
        Tool.RunWithInput(input, "ip", ["netns", "exec", _routers[engine].Name, "env", $"XTABLES_LOCKFILE=/run/{_routers[engine].Name}.lock", .. command]);
}
