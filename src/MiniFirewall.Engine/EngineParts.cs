using MiniFirewall.Dns;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Home;

namespace MiniFirewall.Engine;

/// <summary>What tests put other things in the place of.</summary>
internal sealed record EngineParts
{
    /// <summary>The directory that holds locks and the mount.</summary>
    internal string Root { get; init; } = HomeMount.UsualRoot;

    /// <summary>Makes who is asked for the addresses of host names.</summary>
    internal Func<NameSettings, HostResolver> Resolver { get; init; } = HostResolver.OfSystem;

    /// <summary>Gives the settings of host names; null for those of the file.</summary>
    internal NameSettings? Names { get; init; }

    /// <summary>Seconds since 1970 for host names' times.</summary>
    internal Func<long> Clock { get; init; } = () => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    internal ProgramSource Programs { get; init; } = CompiledRules.Compile;

    /// <summary>Called with its name after each step of a commit, and of putting it on disk.</summary>
    internal Action<string> AfterStep { get; init; } = _ => { };
}
