using MiniFirewall.Bench.ClassBench;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Bench.Classify;

/// <summary>A list of rules as it is compiled: in a family's addresses, flat or spread over chains.</summary>
internal sealed record RuleListing(FilterRule[] Rules, AddressForm Form, bool Chains = false)
{
    /// <summary>iptables-save text, all rules in FORWARD or in chains below it.</summary>
    internal string Text => Chains ? new RuleWriter(Form).Chains(Rules) : new RuleWriter(Form).Flat(Rules);

    internal (PacketProgram Program, ListCounters Counters) Lower()
    {
        var options = ReadOptions.Default with { Families = Form.Family == Family.IPv4 ? FamilySet.IPv4 : FamilySet.IPv6 };
        ReadResult result = RuleSetReader.Read("classbench", Text, options);
        RuleSet rules = result.Rules ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
        var counters = new ListCounters(Rules.Length, Chains);
        return (RuleSetLowering.Lower(rules, Hook.Forward, Form.Family, counters), counters);
    }
}
