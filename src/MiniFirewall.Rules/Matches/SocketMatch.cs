using MiniFirewall.Packets;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m socket: an open socket waits for the packet (net/netfilter/xt_socket.c).</summary>
public sealed record SocketMatch(bool IsTransparent, bool TakesWildcards, bool RestoresMark) : KernelMatch
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

    public override string? Lack => RestoresMark ? "--restore-skmark would change the mark before the rules, of packets that they do not match, too" : null;

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalIn ? null : "sockets are looked for on the way in only";

    public override void Print(RuleTextWriter writer) => Describe(writer.Word("-m").Word("socket"));

    public override void List(RuleTextWriter writer, ListStyle style) => Describe(writer.Word("socket"));

    protected override byte Revision => 3;

    /// <summary>struct xt_socket_mtinfo3: flags, one byte.</summary>
    protected override byte[] Information(Family family)
    {
        const byte Transparent = 1, NoWildcard = 2;
        return [(byte)((IsTransparent ? Transparent : 0) | (TakesWildcards ? NoWildcard : 0)), 0, 0, 0, 0, 0, 0, 0];
    }

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
