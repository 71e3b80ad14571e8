using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>A match that can be read and printed, and never runs: <see cref="Match.Lack"/> says what is missing.</summary>
public abstract record LackingMatch : Match
{
    public abstract override string Lack { get; }

    public sealed override MatchResult Evaluate(Packet packet) => throw new NotSupportedException(Lack);

    public sealed override void Lower(Family family, ImmutableArray<Step>.Builder steps) => throw new NotSupportedException(Lack);
}
