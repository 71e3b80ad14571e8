using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Home;

namespace MiniFirewall.Engine;

/// <summary>What tests put other things in the place of.</summary>
internal sealed record EngineParts
{
    /// <summary>The directory that holds locks and the mount.</summary>
    internal string Root { get; init; } = HomeMount.UsualRoot;

    internal ProgramSource Programs { get; init; } = CompiledRules.Compile;

    /// <summary>Called with its name after each step of a commit, and of putting it on disk.</summary>
    internal Action<string> AfterStep { get; init; } = _ => { };
}
