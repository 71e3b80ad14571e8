using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Matches.Rates;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Verbs;

/// <summary>The rules at a chain's end that ask nothing: no rule behind them would meet what they decide.</summary>
internal static class ChainTail
{
    /// <summary>What "logging" and "default reject" have put at the end of a built-in chain.</summary>
    internal static int LengthOfOurs(Chain chain)
    {
        int reject = RejectsByDefault(chain) ? 1 : 0;
        return chain.Rules.Length > reject && IsOurReport(chain.Rules[^(reject + 1)]) ? reject + 1 : reject;
    }

    /// <summary>What is left by the rules is rejected: the policy drops, and a rule that asks nothing rejects.</summary>
    internal static bool RejectsByDefault(Chain chain) => Closes(chain)
        && chain.Rules is [.., { Families: FamilySet.Both, Target: RejectTarget } last] && AsksNothing(last);

    /// <summary>What is left by the rules is reported.</summary>
    internal static bool Reports(Chain chain) => chain.Rules.Length >= LengthOfOurs(chain) && LengthOfOurs(chain) > (RejectsByDefault(chain) ? 1 : 0);

    /// <summary>What is left by the rules is dropped, whatever its family.</summary>
    internal static bool Closes(Chain chain) => chain is { PolicyV4.Verdict: Verdict.Drop, PolicyV6.Verdict: Verdict.Drop };

    /// <summary>Index at which a rule stands that is to be met before all rules at the end that ask nothing and let nothing pass.</summary>
    internal static int Start(Chain chain)
    {
        int at = chain.Rules.Length;
        while (at > 0 && EndsPackets(chain.Rules[at - 1]))
        {
            at--;
        }

        return at;
    }

    private static bool EndsPackets(Rule rule) => AsksNothing(rule)
        && rule.Target is LogTarget or NflogTarget or RejectTarget or VerdictTarget { Verdict: Verdict.Drop };

    private static bool IsOurReport(Rule rule) => AsksNothing(rule) && rule.Target is LogTarget { Prefix: "[UFW BLOCK] " };

    private static bool AsksNothing(Rule rule) => rule.WithoutComments() is var bare
        && Selector.Read(bare with { Matches = bare.Matches.RemoveAll(match => match is LimitMatch), Target = NoTarget.Instance }) is { } selector
        && selector with { Families = FamilySet.Both } == Selector.Nothing;
}
