using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>The test of a packet's connection state that -m conntrack and -m state share (net/netfilter/xt_conntrack.c).</summary>
internal static class StateTest
{
    private static readonly (uint Word, ConnectionState State)[] s_states =
    [
        (2, ConnectionState.New), (4, ConnectionState.Established), (8, ConnectionState.Related), (1, ConnectionState.Invalid), (16, ConnectionState.Untracked),
    ];

    /// <param name="words">A sum of values of ConnectionWords.States.</param>
    internal static bool Holds(uint words, bool negated, Packet packet) =>
        (Of(words).Contains(packet.ConnectionState) || ((packet.Connection?.Status ?? ConnectionStatus.None) & Translations(words)) != 0) != negated;

    internal static Condition Condition(uint words, bool negated) => (words & ConnectionWords.Translated) == 0
        ? new RangeTest(Field.ConnectionState, [.. Of(words).Select(state => new ValueRange((UInt128)(byte)state, (UInt128)(byte)state))], negated)
        : new QuestionTest(new ConnectionStateIn((byte)Of(words).Sum(state => 1 << (int)state), Translations(words)), negated);

    private static ConnectionStatus Translations(uint words) =>
        ((words & ConnectionWords.SourceTranslated) != 0 ? ConnectionStatus.SourceTranslated : ConnectionStatus.None)
        | ((words & ConnectionWords.DestinationTranslated) != 0 ? ConnectionStatus.DestinationTranslated : ConnectionStatus.None);

    private static ImmutableArray<ConnectionState> Of(uint words) => [.. s_states.Where(pair => (words & pair.Word) != 0).Select(pair => pair.State)];
}
