using System.Text;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Random sets before packets: the kernel's own sets, the evaluator, and the compiled look-up.</summary>
public sealed class SetTrafficTests(ITestOutputHelper output) : IDisposable
{
    private const int PacketsOfAList = 40;
    private static readonly int s_setLists = Budget.Read("MINIFW_SET_LISTS", 60);
    private readonly IptablesFirewall _iptables = new(["eth0"]);
    private readonly EvaluatorFirewall _evaluator = new();
    private readonly TestRunFirewall _compiled = new();
    private int _met, _hits;

    public void Dispose()
    {
        _iptables.Dispose();
        _evaluator.Dispose();
        _compiled.Dispose();
    }

    [Fact]
    public void Ipset_evaluator_and_compiled_program_agree_on_every_packet()
    {
        Compare(withKernel: true);
        Assert.True(_met > s_setLists * PacketsOfAList / 2, $"only {_met} packets met the kernel's sets");
    }

    [Fact]
    public void Evaluator_and_compiled_program_agree_on_types_that_a_kernel_may_lack() => Compare(withKernel: false);

    [Fact]
    public void Sets_of_more_pairs_of_lengths_than_a_word_has_bits()
    {
        var sets = new StringBuilder("create many hash:net,net\n");
        for (int first = 0; first <= 32; first++)
        {
            for (int second = 0; second <= 32; second++)
            {
                sets.Append($"add many 0.0.0.0/{first},0.0.0.0/{second}{((first + second) % 2 == 0 ? " nomatch" : "")}\n");
            }
        }

        Compare(sets.ToString(), "many src,dst", random => (1u << random.Next(32)) - (uint)random.Next(2), 1500);
    }

    [Fact]
    public void A_million_networks()
    {
        const int Count = 1_000_000;
        var random = new Random(7);
        var sets = new StringBuilder("create many hash:net\n");
        for (int i = 0; i < Count; i++)
        {
            int prefix = 18 + random.Next(15);
            uint network = (uint)random.NextInt64(1L << 32) >> (32 - prefix) << (32 - prefix);
            sets.Append("add many ").Append(AddressText.Format(Family.IPv4, network)).Append('/').Append(prefix).Append(i % 8 == 0 ? " nomatch\n" : "\n");
        }

        Compare(sets.ToString(), "many src", r => (uint)r.NextInt64(1L << 32), 3000);
    }

    private void Compare(string sets, string match, Func<Random, uint> address, int packets)
    {
        RuleTexts rules = RuleTexts.Of([Family.IPv4], [$"-A INPUT -m set --match-set {match} -j DROP"]).WithSets(sets);
        _evaluator.Load(rules);
        _compiled.Load(rules);
        var random = new Random(8);
        int dropped = 0;
        for (int i = 0; i < packets; i++)
        {
            string ends = $"{AddressText.Format(Family.IPv4, address(random))}:1 {AddressText.Format(Family.IPv4, address(random))}:2";
            Assert.True(PacketDescription.TryParse($"in eth0 udp {ends}", out PacketDescription? packet, out _), ends);
            Observation expected = _evaluator.Judge(packet.Packet)!;
            dropped += expected.Passed ? 0 : 1;
            Assert.True(expected.Equals(_compiled.Judge(packet.Packet)), ends);
        }

        Assert.InRange(dropped, packets / 10, packets * 9 / 10);
    }

    private void Compare(bool withKernel)
    {
        var random = new Random(withKernel ? 5 : 6);
        for (int list = 0; list < s_setLists; list++)
        {
            Family family = list % 2 == 0 ? Family.IPv4 : Family.IPv6;
            var scenario = new SetScenario(random, family);
            RuleTexts rules = scenario.Rules(withKernel);
            IFirewall[] ways = withKernel ? [_evaluator, _compiled, _iptables] : [_evaluator, _compiled];
            Array.ForEach(ways, way => way.Load(rules));
            for (int i = 0; i < PacketsOfAList; i++)
            {
                Compare(ways, scenario.Packet(), rules);
            }
        }

        output.WriteLine($"{s_setLists} lists of sets, {_met} packets met the kernel's, {_hits} matches, 0 differences");
        Assert.True(_hits > s_setLists * PacketsOfAList, $"only {_hits} rules matched");
    }

    private void Compare(IFirewall[] ways, Packet packet, RuleTexts rules)
    {
        Observation expected = ways[0].Judge(packet)!;
        foreach (IFirewall way in ways[1..].Where(way => way.CanMeet(packet)))
        {
            Observation? seen = way.Judge(packet);

            // A packet of the kernel's own may count too; a difference that stays is one.
            seen = seen is null || seen.Equals(expected) ? seen : way.Judge(packet);
            _met += seen is not null && way == _iptables ? 1 : 0;
            Assert.True(
                seen is null || seen.Equals(expected),
                $"{way.Name}: {seen}, evaluator: {expected}\n{PacketDescription.Print(packet)}\n{Convert.ToHexString(packet.Bytes)}\n{rules.Whole}");
        }

        _hits += expected.Hits.Count;
    }
}
