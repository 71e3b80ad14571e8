using MiniFirewall.Packets;

namespace MiniFirewall.Rules.Language;

/// <summary>What iptables-restore is told beside the text.</summary>
/// <param name="Family">IPv4 for iptables-restore, IPv6 for ip6tables-restore: the other family's rules stay as they are.</param>
public sealed record RestoreOptions(Family Family)
{
    /// <summary>-n: what is in force stays, and the text's lines come on top; only user chains that it declares are emptied.</summary>
    public bool KeepsRules { get; init; }

    /// <summary>-c: counters in brackets are taken over; without, what the text sets begins at zero.</summary>
    public bool TakesCounters { get; init; }

    /// <summary>-T: the table that is read; the text's others are passed over. Null for all.</summary>
    public string? Table { get; init; }

    /// <summary>-v: is given each line that iptables-restore prints, as the text is read. Null for nobody.</summary>
    public Action<string>? Tell { get; init; }
}
