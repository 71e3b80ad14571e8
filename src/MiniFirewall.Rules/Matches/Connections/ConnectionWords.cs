using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>The words for a connection's state and status; the values are our own, the order of the printed lists upstream's.</summary>
internal static class ConnectionWords
{
    /// <summary>What iptables says of a word that is no state.</summary>
    internal static Convention BadState(string word) => Convention.Usage($"Bad state \"{word}\"");

    /// <summary>In the order in which a shortened word is looked for (libxt_conntrack.c).</summary>
    internal static readonly (string Name, uint Value)[] States =
        [("INVALID", 1), ("NEW", 2), ("ESTABLISHED", 4), ("RELATED", 8), ("UNTRACKED", 16), ("SNAT", 32), ("DNAT", 64)];

    /// <summary>SNAT, and DNAT.</summary>
    internal const uint SourceTranslated = 32, DestinationTranslated = 64, Translated = SourceTranslated | DestinationTranslated;

    /// <summary>The states that -m state takes: no address translation.</summary>
    internal static readonly (string Name, uint Value)[] PlainStates = States[..5];

    internal static readonly (string Name, uint Value)[] PrintedStates =
        [("INVALID", 1), ("NEW", 2), ("RELATED", 8), ("ESTABLISHED", 4), ("UNTRACKED", 16), ("SNAT", 32), ("DNAT", 64)];

    /// <summary>A connection's status bits; NONE is none of them.</summary>
    internal static readonly (string Name, uint Value)[] Statuses =
        [("NONE", 0), ("EXPECTED", 1), ("SEEN_REPLY", 2), ("ASSURED", 4), ("CONFIRMED", 8)];

    internal static readonly (string Name, uint Value)[] Directions = [("ORIGINAL", 0), ("REPLY", 1)];
}
