using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>What a whole rule says of a packet: its header part first, then its matches in the order written.</summary>
internal static class RuleMeaning
{
    internal static MatchResult Evaluate(Rule rule, Packet packet)
    {
        MatchResult header = HeaderMeaning.Evaluate(rule, packet);
        if (header != MatchResult.Match)
        {
            return header;
        }

        foreach (Match match in rule.Matches)
        {
            MatchResult result = match.Evaluate(packet);
            if (result != MatchResult.Match)
            {
                return result;
            }
        }

        return MatchResult.Match;
    }
}
