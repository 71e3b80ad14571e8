using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>
/// Removes what does not belong to the generation in force: what a writer that failed or was killed has left behind. Its
/// caller holds the namespace's lock. It may itself be cut short anywhere; the next one goes on.
/// </summary>
internal static class Leftovers
{
    /// <summary>Leaves the generation in force and what it needs; without one, nothing.</summary>
    internal static void Collect(DirectoryHandle pins, string network)
    {
        using DirectoryHandle? directory = pins.TryOpenDirectory(network);
        if (directory is null)
        {
            return;
        }

        IReadOnlyList<string> kept = GenerationsInUse(directory, out bool isOnTrial);
        if (kept.Count == 0)
        {
            RemoveAll(pins, network);
            return;
        }

        if (!isOnTrial)
        {
            directory.Remove(PinNames.Trial);
        }

        foreach (string name in directory.Entries().Where(name => PinNames.IsGeneration(name) && !kept.Contains(name)))
        {
            directory.Remove(name);
        }
    }

    /// <summary>Takes a namespace's rules away: packets pass from the first write on, then the rest goes.</summary>
    /// <param name="isOwn">It is the calling thread's.</param>
    internal static void RemoveAll(DirectoryHandle pins, string network, bool isOwn = true)
    {
        using DirectoryHandle? directory = pins.TryOpenDirectory(network);
        if (directory is null)
        {
            return;
        }

        EndGeneration(directory);
        Detach(directory, isOwn);
        if (isOwn && (directory.Contains(PinNames.Changes) || directory.Contains(PinNames.Findings)))
        {
            ChangeChains.Remove();
            NeededTables.RemoveOthers(TableNeeds.None);
        }

        // The map that says "no rules" goes last: without it a half-removed directory could not be told from a damaged one.
        foreach (string name in directory.Entries().Where(name => name != PinNames.Control))
        {
            directory.Remove(name);
        }

        pins.Remove(network);
    }

    /// <summary>
    /// The directories of the generation in force and of the one that a trial may go back to at any moment; none where no rules are in force.
    /// </summary>
    private static IReadOnlyList<string> GenerationsInUse(DirectoryHandle directory, out bool isOnTrial)
    {
        isOnTrial = false;
        using BpfMap? map = BpfMap.TryOpen(directory.PathOf(PinNames.Control));
        if (map is null)
        {
            return [];
        }

        using var control = new ControlWords(map);
        ulong word = control.Word;
        if (word == 0)
        {
            return [];
        }

        isOnTrial = (word & WellKnownMaps.GenerationOnTrial) != 0;
        ulong before = isOnTrial ? TrialState.TryRead(directory)?.BackTo ?? 0 : 0;
        return [.. new[] { word, before }.Where(used => used != 0).Select(used => PinNames.Generation(used & WellKnownMaps.GenerationNumber))];
    }

    private static void EndGeneration(DirectoryHandle directory)
    {
        using BpfMap? map = BpfMap.TryOpen(directory.PathOf(PinNames.Control));
        if (map is not null)
        {
            using var control = new ControlWords(map);
            control.EndGeneration();
        }
    }

    /// <summary>What the module has on hooks of a namespace that nobody holds any more went with it; from here it cannot be reached.</summary>
    private static void Detach(DirectoryHandle directory, bool isOwn)
    {
        HookProvider provider = ProviderChoice.Of(directory);
        if (isOwn || provider == HookProvider.Bpf)
        {
            HookAttachment.Of(provider).Detach(directory);
        }
    }
}
