using MiniFirewall.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Bench;

/// <summary>What the programs cost a packet, by BPF_PROG_TEST_RUN: every row is run in every round, in turn.</summary>
internal static class ProgramBench
{
    private const int Rounds = 31, Repeat = 200_000;

    private static readonly Random Random = new(1);

    internal static void Run()
    {
        Console.WriteLine("program: ns per packet over an empty program (BPF_PROG_TEST_RUN, best of the rounds; in brackets the median of differences to the empty program in the same round)");
        using var programs = new LoadedPrograms();
        BpfProgram empty = programs.Empty();
        List<Row> rows = [.. EightRows(programs), .. ListRows(programs)];
        var baseline = new Samples();
        for (int round = 0; round < Rounds; round++)
        {
            baseline.Add(empty.TestRun(Family.IPv4, Hook.LocalOut, RawPackets.Tcp(1, 2, 3), Repeat).Nanoseconds);
            foreach (Row row in rows)
            {
                row.Measure();
            }
        }

        Console.WriteLine($"  {"empty program, loop included",-52} {baseline.Percentile(0),7:F1}   ({baseline.Median:F1})");
        foreach (Row row in rows)
        {
            Console.WriteLine($"  {row.Name,-52} {row.Samples.Percentile(0) - baseline.Percentile(0),7:F1}   ({row.Samples.Above(baseline):F1})");
        }
    }

    private static IEnumerable<Row> EightRows(LoadedPrograms programs)
    {
        RuleSet rules = RuleLists.Read(RuleLists.EightRules);
        BpfProgram output = programs.Compiled(rules, Hook.LocalOut, Family.IPv4);
        BpfProgram output6 = programs.Compiled(rules, Hook.LocalOut, Family.IPv6);
        BpfProgram input = programs.Compiled(rules, Hook.LocalIn, Family.IPv4);
        BpfProgram dispatched = programs.Dispatched(output, Hook.LocalOut, Family.IPv4);
        const uint Bigmart = 0xc6336400u + (11 * 4), Archive = 0xc6336400u + (21 * 4), Other = 0xcb007109;
        yield return new("eight rules, OUTPUT: first name accepts", output, Hook.LocalOut, RawPackets.Tcp(1, Bigmart, 443));
        yield return new("eight rules, OUTPUT: fourth name accepts", output, Hook.LocalOut, RawPackets.Tcp(1, Archive, 443));
        yield return new("eight rules, OUTPUT: port 443 drops", output, Hook.LocalOut, RawPackets.Tcp(1, Other, 443));
        yield return new("eight rules, OUTPUT: nothing matches", output, Hook.LocalOut, RawPackets.Tcp(1, Other, 8080));
        yield return new("eight rules, OUTPUT IPv6: nothing matches", output6, Hook.LocalOut, RawPackets.Tcp6(8080)) { Family = Family.IPv6 };
        yield return new("eight rules, INPUT: ssh from elsewhere drops", input, Hook.LocalIn, RawPackets.Tcp(Other, 1, 22));
        yield return new("eight rules through the dispatcher: nothing matches", dispatched, Hook.LocalOut, RawPackets.Tcp(1, Other, 8080));
    }

    private static IEnumerable<Row> ListRows(LoadedPrograms programs)
    {
        foreach (int count in (int[])[1, 10, 100])
        {
            BpfProgram program = programs.Compiled(RuleLists.Read(RuleLists.Generated(count)), Hook.LocalOut, Family.IPv4);
            (uint lastAddress, ushort lastPort) = RuleLists.Flow(count - 1);
            byte[][] any = [.. Enumerable.Range(0, 64).Select(_ => RuleLists.Flow(Random.Next(count))).Select(f => RawPackets.Udp(1, f.Address, f.Port))];
            yield return new($"{count} rules: nothing matches", program, Hook.LocalOut, RawPackets.Udp(1, 0xcb007109, 9));
            yield return new($"{count} rules: last matches", program, Hook.LocalOut, RawPackets.Udp(1, lastAddress, lastPort));
            yield return new($"{count} rules: random rule matches", program, Hook.LocalOut, any);
        }
    }

    private sealed class Row(string name, BpfProgram program, Hook hook, params byte[][] packets)
    {
        internal string Name => name;

        internal Family Family { get; init; } = Family.IPv4;

        internal Samples Samples { get; } = new();

        internal void Measure()
        {
            int repeat = Repeat / packets.Length;
            Samples.Add(packets.Average(packet => (double)program.TestRun(Family, hook, packet, repeat).Nanoseconds));
        }
    }
}
