using MiniFirewall.Packets;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Model;

/// <summary>What families a rule's content asks for by itself.</summary>
internal static class RuleFamilies
{
    /// <summary>ICMP is IPv4's and ICMPv6 IPv6's; that a packet is not of one says nothing.</summary>
    internal static FamilySet Of(ProtocolSpec? protocol) => protocol switch
    {
        { Number: ProtocolNames.Icmp, Negated: false } => FamilySet.IPv4,
        { Number: ProtocolNames.IcmpV6, Negated: false } => FamilySet.IPv6,
        _ => FamilySet.Both,
    };

    /// <summary>
    /// The families that a rule with this content holds for where its line names none: those of all it names, of its chain
    /// and of the chain it goes to.
    /// </summary>
    internal static FamilySet Implied(Rule rule, Chain chain, Chain? target)
    {
        FamilySet families = chain.Families & Of(rule.Protocol) & (target?.Families ?? FamilySet.Both)
            & (rule.Source?.Families ?? FamilySet.Both) & (rule.Destination?.Families ?? FamilySet.Both)
            & (rule.Fragment is null ? FamilySet.Both : FamilySet.IPv4) & rule.Target.Families;
        foreach (Match match in rule.Matches)
        {
            families &= match.Families;
        }

        return families;
    }
}
