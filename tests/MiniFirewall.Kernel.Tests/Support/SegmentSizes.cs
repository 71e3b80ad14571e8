using MiniFirewall.Packets;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// TCP's first segments before rules with TCPMSS: iptables drops one with a cut header at the rule, and puts a size into one that names none, which is
/// longer from then on; miniFirewall has both done behind the rules, so those behind and the policy count other numbers (docs/changes.md).
/// </summary>
internal static class SegmentSizes
{
    private const int FlagsAt = 13;
    private const byte Syn = 2;

    private static readonly TcpmssMatch s_names = new(NumberRange.All, Negated: false);

    internal static bool AreJudgedAlike(Packet packet, string rules) =>
        !rules.Contains("-j TCPMSS", StringComparison.Ordinal)
        || packet.Transport.Protocol != IpProtocol.Tcp
        || packet.TransportBytes.Length <= FlagsAt
        || (packet.TransportBytes[FlagsAt] & Syn) == 0
        || s_names.Evaluate(packet) == MatchResult.Match;
}
