using MiniFirewall.Bench.Classify;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench.Connections;

/// <summary>
/// `./bench connections`: what connection tracking costs a packet at FORWARD, miniFirewall's and nf_conntrack's, in routers side by side,
/// one run. In every round each sends one chunk, in random order.
/// </summary>
internal static class ConnectionBench
{
    private const int Rounds = 4000, WarmUp = 200;
    private const byte Ack = 0x10, Syn = 0x02;

    private const string AcceptAll = "-A FORWARD -j ACCEPT", AcceptEstablished = "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT";
    private const string DropAll = "-A FORWARD -j DROP", DropOthers = AcceptEstablished + "\n-A FORWARD -j DROP";

    private static readonly Random s_random = new(5);

    internal static int Run(ReadOnlySpan<string> arguments)
    {
        bool write = arguments is [.., "--write"];
        (string name, Func<TextTable> run) = (write ? arguments[..^1] : arguments) switch
        {
            [] => ("connections", (Func<TextTable>)Costs),
            ["load"] => ("connection-loads", ConnectionLoadBench.Run),
            ["limits"] => ("connection-limits", ConnectionLimitBench.Run),
            ["memory"] => ("connection-memory", TableMemoryBench.Run),
            _ => ("", Costs),
        };
        if (name.Length == 0)
        {
            Console.Error.WriteLine("usage: ./bench connections [limits | load | memory] [--write]");
            return 2;
        }

        TextTable table = run();
        Console.WriteLine(table);
        if (write)
        {
            new PerformanceDocument("docs").Write([(name, table)]);
        }

        return 0;
    }

    private static TextTable Costs()
    {
        var table = new TextTable(
            "packets", "flows", "bare path", "empty BPF", "with reassembly", "iptables", "nf_conntrack", "minifw", "own tracking", "of it reassembly", "times cheaper");
        foreach (Family family in (Family[])[Family.IPv4, Family.IPv6])
        {
            foreach (byte? flags in (byte?[])[null, Ack])
            {
                foreach (int flows in (int[])[1, 1000, 100_000])
                {
                    Measure(table, family, flags, flows, isDropped: false);
                }
            }

            Measure(table, family, null, 100_000, isDropped: true);
            Measure(table, family, Syn, 100_000, isDropped: true);
        }

        return table;
    }

    private static void Measure(TextTable table, Family family, byte? flags, int flows, bool isDropped)
    {
        var packets = FlowPackets.Random(family, flows, flags, seed: flows);
        using var lab = new ConnectionLab(family, isDropped ? DropAll : AcceptAll, isDropped ? DropOthers : AcceptEstablished);
        if (!isDropped)
        {
            lab.Open(packets);
        }

        using Frames requests = packets.Requests();
        Dictionary<string, Samples> samples = Measure(lab, requests);
        Samples none = samples[ConnectionLab.Bare];
        double Over(string engine) => samples[engine].Above(none);
        double kernel = samples[ConnectionLab.KernelTracking].Above(samples[ConnectionLab.Iptables]), own = samples[ConnectionLab.OwnTracking].Above(samples[ConnectionLab.Minifw]);
        string what = (flags is null ? "UDP" : flags == Ack ? "TCP" : "TCP SYN") + (family == Family.IPv4 ? "" : " over IPv6") + (isDropped ? ", new and dropped" : ", established");
        table.Add(
            what, $"{flows}", $"{none.Percentile(0.1):F0}", $"{Over(ConnectionLab.EmptyProgram):F0}", $"{Over(ConnectionLab.Reassembly):F0}", $"{Over(ConnectionLab.Iptables):F0}",
            $"{kernel:F0}", $"{Over(ConnectionLab.Minifw):F0}", $"{own:F0}", $"{samples[ConnectionLab.Reassembly].Above(samples[ConnectionLab.EmptyProgram]):F0}", $"{kernel / own:F1}");
        lab.Check(isDropped);
    }

    /// <summary>Of each engine, what a packet takes.</summary>
    internal static Dictionary<string, Samples> Measure(ConnectionLab lab, Frames packets)
    {
        Dictionary<string, Samples> samples = lab.Engines.ToDictionary(engine => engine, _ => new Samples());
        string[] order = [.. lab.Engines];
        for (int round = 0; round < Rounds + WarmUp; round++)
        {
            s_random.Shuffle(order);
            foreach (string engine in order)
            {
                double time = lab.SendChunk(engine, packets);
                if (round >= WarmUp)
                {
                    samples[engine].Add(time);
                }
            }
        }

        return samples;
    }
}
