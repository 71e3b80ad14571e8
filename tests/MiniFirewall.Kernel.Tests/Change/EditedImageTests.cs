using CsCheck;
using MiniFirewall.Analysis;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Change;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Change;

/// <summary>The kernel's programs give, of an image that is changed under them, what the list says, old or new.</summary>
public sealed class EditedImageTests
{
    private const int Changes = 10;

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Packets_meet_the_old_list_before_the_commit_and_the_new_one_after(Family family)
    {
        int taken = 0, all = 0;
        (from set in RuleSetGen.Make(RuleSetGenOptions.Default with { MaxRules = 60 })
         from more in RuleSetGen.Rule(RuleSetGenOptions.Default).Where(HasNoSet).Array[Changes]
         from places in Gen.Int[0, 999].Array[Changes]
         from packets in PacketGen.For(RuleEdges.Of((set with { Rules = [.. set.Rules, .. more] }).Text), PacketGenOptions.Anything, family, Hook.LocalIn).Array[16]
         select (set: set with { Rules = [.. set.Rules.Where(HasNoSet)] }, more, places, packets)).Sample(
            run =>
            {
                using var programs = new EditedPrograms(RuleReading.Read(run.set.Text), family);
                Packet[] packets = [.. run.packets.Where(packet => packet.HeaderIsWhole && packet.Bytes.Length is >= 60 and < 3500)];
                for (int i = 0; i < Changes; i++)
                {
                    EditedRules.Staged staged = Stage(programs.Rules, run.set, run.more[i], run.places[i]);
                    AssertVerdicts(programs, packets);
                    programs.Commit(staged);
                    AssertVerdicts(programs, packets);
                }

                taken += programs.Rules.Taken;
                all += Changes;
            },
            iter: 15, threads: 1);
        Assert.True(taken > all / 2, $"of {all} changes, images took {taken}");
    }

    /// <summary>
    /// A rule that drops the packet is replaced by another that does, all the time: whoever saw neither of them, or both, would
    /// count elsewhere. The rule is not the last, so that every other new one is read before the one that it replaces.
    /// </summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public async Task No_packet_meets_neither_or_both_of_two_rules(Family family)
    {
        const int Runs = 40_000, Replacements = 400;
        RuleSet rules = RuleReading.Read(string.Concat(Enumerable.Range(0, 3000).Select(i => $"-A INPUT -p udp --dport {i + 2000} -j ACCEPT\n")) + "-A INPUT -p udp --dport 1001 -j DROP\n-A INPUT -p sctp -j DROP\n");
        using var programs = new EditedPrograms(rules, family);
        Packet packet = Datagram(family);
        programs.Describe(packet);
        programs.TakeAdded();
        using var end = new CancellationTokenSource();
        Task<long> sending = Task.Run(() => Send(programs, packet, Runs, end.Token));
        var counters = new HashSet<int> { programs.Rules.CounterOf(programs.Rules.Rules.Chains[0].Rules[^2]) };
        for (int i = 0; i < Replacements; i++)
        {
            Chain input = programs.Rules.Rules.Find("INPUT")!;
            Rule next = input.Rules[^2] with { };
            EditedRules.Staged staged = programs.Rules.Replace(input, input.Rules.Length - 2, next);
            Assert.True(staged.IsTaken, $"replacement {i}");
            programs.Commit(staged);
            counters.Add(programs.Rules.CounterOf(next));
        }

        await end.CancelAsync();
        long sent = await sending;
        Counters[] added = programs.TakeAdded();
        Assert.Equal((0UL, (ulong)sent), (added[programs.Rules.CounterOfPolicy("INPUT")].Packets, (ulong)counters.Sum(counter => (long)added[counter].Packets)));
        Assert.True(counters.Count(counter => added[counter].Packets > 0) > Replacements / 10, "too few replacements have met a packet");
    }

    /// <summary>The programs have no map of sets here.</summary>
    private static bool HasNoSet(GeneratedRule rule) => !rule.Body.Contains("--match-set", StringComparison.Ordinal);

    private static long Send(EditedPrograms programs, Packet packet, int runs, CancellationToken end)
    {
        long sent = 0;
        for (; !end.IsCancellationRequested; sent += runs)
        {
            programs.Of(Hook.LocalIn).TestRun(packet.Family, Hook.LocalIn, packet.Bytes, runs);
        }

        return sent;
    }

    private static Packet Datagram(Family family)
    {
        byte[] udp = [0, 7, 0x03, 0xe9, 0, 40, 0, 0, .. new byte[32]];
        byte[] bytes = family == Family.IPv4
            ? [0x45, 0, 0, 60, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, .. udp]
            : [0x60, 0, 0, 0, 0, 40, 17, 64, .. new byte[15], 1, .. new byte[15], 2, .. udp];
        return new Packet(family, Hook.LocalIn, bytes);
    }

    private static EditedRules.Staged Stage(EditedRules rules, GeneratedRules set, GeneratedRule more, int place)
    {
        Rule rule = RuleReading.Read((set with { Rules = [more] }).Text).Chains.SelectMany(chain => chain.Rules).First() with { };
        Chain chain = rules.Rules.Find(more.Chain)!;
        int count = chain.Rules.Length;
        return (place % 4) switch
        {
            1 when count > 0 => rules.Delete(chain, place % count),
            2 when count > 0 => rules.Replace(chain, place % count, rule),
            _ => rules.Insert(chain, place % (count + 1), rule),
        };
    }

    private static void AssertVerdicts(EditedPrograms programs, Packet[] packets)
    {
        var evaluator = new Evaluator(programs.Rules.Rules);
        foreach (Packet packet in packets)
        {
            programs.Describe(packet);
            uint result = programs.Of(packet.Hook).TestRun(packet.Family, packet.Hook, packet.Bytes).Result;
            Assert.Equal(evaluator.Judge(packet).Verdict, result == 1 ? Verdict.Accept : Verdict.Drop);
        }
    }
}
