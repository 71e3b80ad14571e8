using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Bench;

/// <summary>
/// What rules with live host names cost a packet, by BPF_PROG_TEST_RUN: lists of rules with a name each, all of one protocol and
/// verdict, and packets that meet none of them, the first or the last.
/// </summary>
internal static class NamesBench
{
    private const int Rounds = 21, Repeat = 10_000;
    private const uint Elsewhere = 0xcb007109;

    internal static void Run()
    {
        Console.WriteLine("names: ns per packet over a list without rules (BPF_PROG_TEST_RUN, best of the rounds; in brackets the median of differences in the same round)");
        using var programs = new LoadedPrograms();
        BpfProgram bare = programs.Compiled(RuleLists.Read("-P OUTPUT ACCEPT\n"), Hook.LocalOut, Family.IPv4);
        (string Name, BpfProgram Program, byte[] Packet, Samples Samples)[] rows = [.. ((int[])[1, 10, 40, 64, 65, 200, 1000]).SelectMany(count => RowsOf(programs, count))];
        var baseline = new Samples();
        for (int round = 0; round < Rounds; round++)
        {
            baseline.Add(bare.TestRun(Family.IPv4, Hook.LocalOut, RawPackets.Tcp(1, Elsewhere, 443), Repeat).Nanoseconds);
            foreach (var row in rows)
            {
                row.Samples.Add(row.Program.TestRun(Family.IPv4, Hook.LocalOut, row.Packet, Repeat).Nanoseconds);
            }
        }

        foreach (var row in rows)
        {
            Console.WriteLine($"  {row.Name,-52} {row.Samples.Percentile(0) - baseline.Percentile(0),7:F1}   ({row.Samples.Above(baseline):F1})");
        }
    }

    private static IEnumerable<(string Name, BpfProgram Program, byte[] Packet, Samples Samples)> RowsOf(LoadedPrograms programs, int count)
    {
        RuleSet rules = RuleLists.ReadLive(string.Concat(Enumerable.Range(0, count).Select(i => $"-A OUTPUT -p tcp -d n{i}.example -j ACCEPT\n")), AddressOf);
        using BpfMap hosts = BpfMap.Create(HostLayout.Spec(count, count));
        for (int number = 0; number < count; number++)
        {
            var value = new byte[hosts.ValueSize];
            HostLayout.SetBit(value, number);
            hosts.Update(HostLayout.KeyOf(Family.IPv4, Address(number)), value);
        }

        BpfProgram program = programs.Compiled(rules, Hook.LocalOut, Family.IPv4, hosts);
        string many = count == 1 ? "a name" : $"{count} names";
        yield return ($"{many}: to none of them", program, RawPackets.Tcp(1, Elsewhere, 443), new());
        yield return ($"{many}: to the first", program, RawPackets.Tcp(1, Address(0), 443), new());
        yield return ($"{many}: to the last", program, RawPackets.Tcp(1, Address(count - 1), 443), new());
    }

    private static NameAddresses AddressOf(string name) => new([Address(int.Parse(name[1..name.IndexOf('.', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture))], []);

    private static uint Address(int number) => 0xc6336400 + (uint)number;
}
