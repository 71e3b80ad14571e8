using System.Net;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench;

/// <summary>
/// What a real packet costs at OUTPUT with the same rules in different engines, each in a namespace of its own. In every
/// round each engine sends one chunk, in random order; the figure is the median over rounds of the ratio to the engine
/// without rules, times that engine's quiet cost, less that cost.
/// </summary>
internal static class TrafficBench
{
    private const int Rounds = 1500, WarmUp = 50;

    private static readonly Random Random = new(2);

    internal static void Run()
    {
        Console.WriteLine("traffic: ns per packet at OUTPUT over no rules (real UDP packets, engines interleaved, one run)");
        Console.WriteLine($"  {"rules",5}  {"trace",-8}  {"bare path",9}  {"empty BPF",9}  {"minifw",9}  {"iptables",9}  {"nft",9}");
        using var programs = new LoadedPrograms();
        foreach (int count in (int[])[1, 10, 100])
        {
            using var lab = new Lab(count, programs.Empty());
            foreach ((string name, SocketAddress[] trace) in Traces(count))
            {
                Report(count, name, lab.Measure(trace));
            }
        }
    }

    private static IEnumerable<(string Name, SocketAddress[] Trace)> Traces(int count)
    {
        yield return ("nothing", [BenchHost.Address((0xcb007109, 9))]);
        yield return ("last", [BenchHost.Address(RuleLists.Flow(count - 1))]);
        yield return ("random", [.. Enumerable.Range(0, 64).Select(_ => BenchHost.Address(RuleLists.Flow(Random.Next(count))))]);
    }

    private static void Report(int count, string trace, Dictionary<string, Samples> samples)
    {
        Samples none = samples["none"];
        double quiet = none.Percentile(0.1);
        string Cell(string engine) => $"{(samples[engine].Median - 1) * quiet,9:F0}";
        Console.WriteLine($"  {count,5}  {trace,-8}  {quiet,9:F0}  {Cell("bpf")}  {Cell("minifw")}  {Cell("iptables")}  {Cell("nft")}");
    }

    /// <summary>One host an engine, all with the same rules.</summary>
    private sealed class Lab : IDisposable
    {
        private readonly Dictionary<string, BenchHost> _hosts = [];
        private readonly BpfLink _link;

        internal Lab(int count, BpfProgram empty)
        {
            foreach (string engine in (string[])["none", "bpf", "minifw", "iptables", "nft"])
            {
                _hosts.Add(engine, new BenchHost(engine));
            }

            _link = NetworkNamespaceThread.Run(_hosts["bpf"].NamespacePath, () => BpfLink.AttachNetfilter(empty, Family.IPv4, Hook.LocalOut, 0));
            InNamespace("minifw", RuleLists.Generated(count), Tool.Minifw, "apply", "-");
            InNamespace("iptables", RuleLists.Generated(count), "iptables-legacy-restore");
            InNamespace("nft", RuleLists.GeneratedNft(count), "nft", "-f", "-");
        }

        /// <summary>Absolute ns for "none", ratios to it of the same round for the others.</summary>
        internal Dictionary<string, Samples> Measure(SocketAddress[] trace)
        {
            Dictionary<string, Samples> samples = _hosts.Keys.ToDictionary(e => e, _ => new Samples());
            string[] order = [.. _hosts.Keys];
            for (int round = 0; round < Rounds + WarmUp; round++)
            {
                Random.Shuffle(order);
                Dictionary<string, double> times = order.ToDictionary(e => e, e => _hosts[e].SendChunk(trace));
                if (round >= WarmUp)
                {
                    Add(samples, times);
                }
            }

            return samples;
        }

        public void Dispose()
        {
            _link.Dispose();
            InNamespace("minifw", null, Tool.Minifw, "off");
            foreach (BenchHost host in _hosts.Values)
            {
                host.Dispose();
            }
        }

        private static void Add(Dictionary<string, Samples> samples, Dictionary<string, double> times)
        {
            foreach ((string engine, double time) in times)
            {
                samples[engine].Add(engine == "none" ? time : time / times["none"]);
            }
        }

        private void InNamespace(string engine, string? input, params string[] command) =>
            Tool.RunWithInput(input, "ip", ["netns", "exec", _hosts[engine].Name, .. command]);
    }
}
