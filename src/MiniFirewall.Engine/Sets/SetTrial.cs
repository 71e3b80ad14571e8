using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.Sets;

/// <summary>What becomes of changes of a set while the rules in force are on trial.</summary>
/// <param name="Left">Until the trial ends by itself.</param>
/// <param name="GoesBack">They go with the trial; else the set is one that the rules before have too, and they stay.</param>
public sealed record SetTrial(TimeSpan Left, bool GoesBack)
{
    /// <summary>Null where the rules are on no trial.</summary>
    internal static SetTrial? Of(NamespaceState state, GenerationState running, NamedSet set) => state.ReadTrial() is { } trial
        ? new(trial.Left, !set.IsTable || !IsShared(state, running, set, trial.BackTo))
        : null;

    /// <summary>A set that packets change is one map in both generations, unless the file of the later one said something new of it.</summary>
    private static bool IsShared(NamespaceState state, GenerationState running, NamedSet set, ulong backTo)
    {
        using GenerationState? before = backTo == 0 ? null : GenerationState.TryOpen(state.Directory, backTo);
        return before?.Sets is { } sets && sets.Named.FirstOrDefault(other => other.Name == set.Name && other.IsTable) is { } same
            && sets.DynamicOf(same).Elements.Info().Id == running.Sets!.DynamicOf(set).Elements.Info().Id;
    }
}
