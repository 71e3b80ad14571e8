using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m socket: an open socket waits for the packet (net/netfilter/xt_socket.c). It cannot be in force.</summary>
public sealed record SocketMatch(bool IsTransparent, bool TakesWildcards, bool RestoresMark) : Match
{
    public static MatchGrammar Grammar { get; } = new("socket", new SocketMatch(false, false, false))
    {
        Options =
        [
            Option<SocketMatch>.Flag(["transparent"], (m, _) => m with { IsTransparent = true }),
            Option<SocketMatch>.Flag(["nowildcard"], (m, _) => m with { TakesWildcards = true }),
            Option<SocketMatch>.Flag(["restore-skmark"], (m, _) => m with { RestoresMark = true }),
        ],
    };

    public override string Name => "socket";

    public override string Lack => "the kernel lets no BPF program on Netfilter's hooks look for a socket";

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalIn ? null : "sockets are looked for on the way in only";

    public override void Print(RuleTextWriter writer) => Describe(writer.Word("-m").Word("socket"));

    public override void List(RuleTextWriter writer, ListStyle style) => Describe(writer.Word("socket"));

    public override MatchResult Evaluate(Packet packet) => throw new NotSupportedException(Lack);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => throw new NotSupportedException(Lack);

    private void Describe(RuleTextWriter writer)
    {
        foreach ((bool isGiven, string option) in new[] { (IsTransparent, "--transparent"), (TakesWildcards, "--nowildcard"), (RestoresMark, "--restore-skmark") })
        {
            if (isGiven)
            {
                writer.Word(option);
            }
        }
    }
}
