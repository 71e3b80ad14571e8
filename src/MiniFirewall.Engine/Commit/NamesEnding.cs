using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Ends what no rule names any more, once the change is in force by which none does: chains and guards go, lists and tables, which programs go on knowing, are
/// emptied, and estimators are out of the index. Nothing of it is missed by a packet, so what cannot be done now, or is not done because somebody kills the writer, is left for the next such change.
/// </summary>
internal static class NamesEnding
{
    internal const string EndNames = "end names";

    /// <summary>The rules before those on trial may come back to what they named: then all stays.</summary>
    internal static void End(NamespaceState state, GenerationState generation, NamingChange naming, Action<string> afterStep)
    {
        NamesEnded ends = naming.Ends;
        if (!ends.Any || state.Control.IsOnTrial || state.Control.IsBack)
        {
            return;
        }

        // Packets on their way may still be at rules that have ended.
        GracePeriod.Wait();
        try
        {
            EndChains(state, naming, ends);
            EmptyLists(generation, naming);
            EstimatorChange.EndOthers(generation, naming.After);
            foreach (IGrouping<Family, string> tables in ends.Tables.ToLookup(table => table.Family, table => table.Name))
            {
                FamilyWidening.EmptyTables(generation, tables.Key, [.. tables]);
            }
        }
        catch (SystemCallException)
        {
            // The change is in force, and nobody comes to what is left.
        }

        afterStep(EndNames);
    }

    private static void EndChains(NamespaceState state, NamingChange naming, NamesEnded ends)
    {
        if (ends.Changes)
        {
            ChangeChains.Remove();
        }

        if (ends.KernelTables)
        {
            NeededTables.RemoveOthers(naming.Needs.Tables);
        }

        if (ends.Targets)
        {
            HookAttachment.Of(ProviderChoice.Of(state.Directory)).EndGuards(state.Directory);
        }
    }

    /// <summary>Also those that an earlier change has left.</summary>
    private static void EmptyLists(GenerationState generation, NamingChange naming)
    {
        using RecentMaps there = RecentMaps.Open(generation.Directory);
        IReadOnlySet<string> named = naming.RecentLists;
        foreach ((_, BpfMap map) in there.ByName.Where(list => !named.Contains(list.Key)))
        {
            ImageMap.FillAnew(map, RecentLayout.Empty("", RecentLayout.StampsIn(map.ValueSize), 0));
        }
    }
}
