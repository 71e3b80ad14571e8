using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Packets.Text;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>
/// Puts one rule before one packet, on every hook and in every way there is to run it, and compares each with what the
/// test says by hand. Rules end in DROP, policies are ACCEPT.
/// </summary>
[CollectionDefinition(Name)]
public sealed class MatchLab : IDisposable, ICollectionFixture<MatchLab>
{
    internal const string Name = "match lab";
    private static readonly string[] Interfaces = ["eth0", "eth1", "wan0", "a-fifteen-chars"];

    private readonly IFirewall[] _ways =
    [
        new IptablesFirewall(Interfaces),
        new EvaluatorFirewall(),
        .. TestContexts.Ways.Select(way => new TestRunFirewall(new LoadOptions(PrologueKind.Test, way))),
        .. LiveFirewall.OfEveryProvider(Interfaces),
    ];

    private RuleTexts? _rules;

    public void Dispose() => Array.ForEach(_ways, way => way.Dispose());

    /// <summary>Checks a rule against the packets of a description (<see cref="Case.Packets"/>).</summary>
    internal void Check(string rule, string packet, Says says) => CheckAll(rule, Case.Packets(packet), says);

    /// <summary>Checks a rule against a packet of these bytes on every hook.</summary>
    internal void Check(string rule, Family family, byte[] packet, Says says) => CheckAll(rule, Case.OnEveryHook(family, packet), says);

    internal void Check(string rule, Packet packet, Says says) => CheckAll(rule, [packet], says);

    /// <summary>Checks a rule against packets of both families that carry the transport, on every hook.</summary>
    internal void Check(string rule, Transport transport, Says says)
    {
        Check(rule, Family.IPv4, IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(transport), says);
        Check(rule, Family.IPv6, IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2").Carry(transport), says);
    }

    /// <summary>
    /// Checks whole tables against the packets of a description. CHAIN stands for the hook's built-in chain, in the rules
    /// and in what is expected: "accepted CHAIN 1, T 2, CHAIN policy" names the counters that count the packet, in any order.
    /// </summary>
    /// <param name="rules">Lines: ":CHAIN DROP" and ":T -" for policies and chains, then "-A CHAIN ...".</param>
    internal void CheckTable(string rules, string packet, string expected)
    {
        foreach (IGrouping<Hook, Packet> hook in Case.Packets(packet).GroupBy(one => one.Hook))
        {
            string chain = Case.ChainOf(hook.Key);
            Load(hook, rules.Replace("CHAIN", chain, StringComparison.Ordinal).Split('\n'));
            foreach (Packet one in hook)
            {
                Compare(one, Expectation.Parse(expected.Replace("CHAIN", chain, StringComparison.Ordinal), one));
            }
        }
    }

    /// <summary>
    /// Checks a rule that names sets against packets of one family. A type that this kernel does not have is checked without it:
    /// then the man page is the oracle.
    /// </summary>
    /// <param name="sets">ipset save's text.</param>
    internal void CheckSets(string sets, string rule, IEnumerable<Packet> packets, Says says) => CheckAll(rule, packets, says, sets);

    private void CheckAll(string rule, IEnumerable<Packet> packets, Says says, string sets = "")
    {
        Packet[] all = [.. packets];
        Load(all, all.Select(packet => Case.ChainOf(packet.Hook)).Distinct().Select(chain => $"-A {chain} {rule} -j DROP"), sets);
        foreach (Packet packet in all)
        {
            Compare(packet, Expectation.Of(says, packet));
        }
    }

    private void Load(IEnumerable<Packet> packets, IEnumerable<string> lines, string sets = "")
    {
        _rules = RuleTexts.Of([.. packets.Select(packet => packet.Family).Distinct()], lines).WithSets(sets);
        foreach (IFirewall way in _ways)
        {
            way.Load(_rules);
        }
    }

    private void Compare(Packet packet, Observation expected)
    {
        foreach (IFirewall way in _ways.Where(way => way.CanMeet(packet)))
        {
            Observation? seen = way.Judge(packet);
            if (seen is null || !seen.Equals(expected))
            {
                Assert.Fail($"{way.Name}: {seen?.ToString() ?? "never met the hook"}, expected {expected}\n"
                    + $"{PacketDescription.Print(packet)}\n{packet.Family} {packet.Hook} {Convert.ToHexString(packet.Bytes)}\n{_rules!.Whole}");
            }
        }
    }
}
