using System.Collections.Immutable;
using MiniFirewall.Engine.Names;

namespace MiniFirewall.Engine.Serving;

/// <summary>A service that runs, for those who ask it something meanwhile. On any thread.</summary>
public sealed class RunningService
{
    private readonly NameService _names;

    internal RunningService(NameService names) => _names = names;

    /// <summary>What is known of the host names of the rules in force; empty where there are none.</summary>
    public ImmutableArray<KnownName> Names => [.. _names.Book?.Names ?? []];

    /// <summary>Has all host names asked for now; does not wait for that.</summary>
    public void RefreshNames() => _names.AskForAll();
}
