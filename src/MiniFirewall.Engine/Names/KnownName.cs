using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Names;

/// <summary>An address that a name has, or had.</summary>
/// <param name="Address">Host order; an IPv4 address stands in the low 32 bits.</param>
/// <param name="Until">When it ends where nobody says it again: seconds since 1970, UTC.</param>
public readonly record struct KnownAddress(Family Family, UInt128 Address, long Until);

/// <summary>What is known of a live host name. Times are seconds since 1970, UTC; 0 for never.</summary>
/// <param name="Asked">When somebody was asked last.</param>
/// <param name="Answered">When addresses were told last.</param>
/// <param name="Next">When somebody is to be asked again.</param>
/// <param name="Failures">Questions since the last good answer that nobody could answer.</param>
/// <param name="Error">Why there are no addresses, or no newer ones, or not all; empty where all is well.</param>
/// <param name="Origin">Who told the addresses last: files, servers, or answers that passed; empty for nobody.</param>
public sealed record KnownName(
    string Name, ImmutableArray<KnownAddress> Addresses, long Asked = 0, long Answered = 0, long Next = 0, int Failures = 0, string Error = "", string Origin = "")
{
    public const string FromFiles = "files", FromServers = "servers", FromPackets = "packets";

    /// <summary>It stands for all names below a domain, and nobody can be asked for its addresses.</summary>
    public bool IsPattern => Name.StartsWith("*.", StringComparison.Ordinal);

    public bool IsKnown => !Addresses.IsEmpty;
}
