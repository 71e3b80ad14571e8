using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>What matches of one IPv6 extension header have in common: a packet whose headers cannot be read up to it is dropped.</summary>
/// <param name="Unreadable">The header cannot be read.</param>
/// <param name="Fits">The header is there, and is as asked for.</param>
internal readonly record struct HeaderQuestions(HeaderUnreadable Unreadable, Question Fits)
{
    internal MatchResult Evaluate(Packet packet) => Unreadable.Ask(packet) ? MatchResult.Invalid
        : Fits.Ask(packet) ? MatchResult.Match
        : MatchResult.Miss;

    internal void Lower(ImmutableArray<Step>.Builder steps)
    {
        steps.Add(new DropWhen(new QuestionTest(Unreadable)));
        steps.Add(new Require(new QuestionTest(Fits)));
    }
}
