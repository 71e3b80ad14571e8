using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Rules.Language;

/// <summary>How a text is to be read.</summary>
public sealed record ReadOptions
{
    public static ReadOptions Default { get; } = new();

    /// <summary>
    /// The families of a line that names none: both for a text of our own, IPv4 for a rules.v4. Lines for other families
    /// (-4, -6, ip6tables) are passed over, as iptables-restore does.
    /// </summary>
    public FamilySet Families { get; init; } = FamilySet.Both;

    /// <summary>Who is asked for the addresses of host names, once a name.</summary>
    public INameResolver Resolver { get; init; } = SystemNameResolver.Instance;

    /// <summary>
    /// Host names of a text, which are not those of a command line, are live (<see cref="Model.HostName.IsLive"/>): nobody is asked
    /// for their addresses while it is read.
    /// </summary>
    public bool LiveNames { get; init; }

    /// <summary>The names of protocols and services.</summary>
    public NetworkNames Names { get; init; } = NetworkNames.System;

    /// <summary>Sets that are there before the text's own.</summary>
    public ImmutableArray<NamedSet> Sets { get; init; } = [];

    /// <summary>Gives the text of the file that a set's line names.</summary>
    public Func<string, string> SetFile { get; init; } = SetFiles.Read;

    /// <summary>Who is asked for cgroups; null where nobody can be.</summary>
    public ICgroups? Cgroups { get; init; }

    /// <summary>Takes rules that cannot be in force (<see cref="Model.Match.Lack"/>) too: to look at, not to apply.</summary>
    public bool TakesLacking { get; init; }

    /// <summary>
    /// Rules may compare rate estimators that no rule makes, which measure nothing: of texts that are a part, and of rules that were in force,
    /// for an estimator outlives the rules that feed it as long as others compare it.
    /// </summary>
    public bool TakesAnyEstimator { get; init; }

    /// <summary>Reading stops after this many errors.</summary>
    public int MaxErrors { get; init; } = 20;
}
