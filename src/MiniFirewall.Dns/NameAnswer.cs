using System.Collections.Immutable;

namespace MiniFirewall.Dns;

/// <summary>How asking for a name went.</summary>
public enum NameOutcome
{
    /// <summary>It has addresses.</summary>
    Found,

    /// <summary>A name server says that there is no such name.</summary>
    NoSuchName,

    /// <summary>A name server says that the name has no address of either family.</summary>
    NoAddress,

    /// <summary>All addresses that it has are such as the name may not have.</summary>
    Refused,

    /// <summary>Nobody could say in time, or a server refused.</summary>
    Failed,
}

/// <summary>What is known of a name after asking for it.</summary>
/// <param name="Addresses">Each once; none where the outcome is another than found.</param>
/// <param name="Error">Why it is so, in words; empty where all is well. With addresses: what was left out, or the family that failed.</param>
/// <param name="IsFromFiles">They are of /etc/hosts.</param>
public sealed record NameAnswer(string Name, NameOutcome Outcome, ImmutableArray<NameAddress> Addresses, string Error = "", bool IsFromFiles = false)
{
    /// <summary>One family could not be asked: what was known of its addresses still holds.</summary>
    public bool IsPartial { get; init; }
}
