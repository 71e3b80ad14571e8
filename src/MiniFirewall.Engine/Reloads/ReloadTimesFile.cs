using System.Collections.Immutable;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Reloads;

/// <summary>A namespace's times of reloads, an ordinary file beside the locks: read by anybody, written by who holds the namespace's lock.</summary>
internal static class ReloadTimesFile
{
    internal static string NameOf(NetworkNamespace network) => $"reloads-{network.Name}";

    /// <summary>One of each kind; what cannot be read counts as nothing.</summary>
    internal static ImmutableArray<ReloadTimes> Read(DirectoryHandle home, NetworkNamespace network)
    {
        ReloadTimes[] read = [];
        try
        {
            read = [.. File.ReadLines(home.PathOf(NameOf(network))).Select(ReloadTimes.TryParse).OfType<ReloadTimes>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none: nothing was applied yet.
        }

        return [.. Enum.GetValues<ReloadKind>().Select(kind => read.FirstOrDefault(times => times.Kind == kind) ?? ReloadTimes.None(kind))];
    }

    /// <summary>Adds one. Best effort: the rules are in force.</summary>
    internal static void Add(DirectoryHandle home, NetworkNamespace network, ReloadKind kind, TimeSpan time)
    {
        string path = home.PathOf(NameOf(network));
        try
        {
            File.WriteAllLines(path + "-new", Read(home, network).Select(times => (times.Kind == kind ? times.With(time) : times).ToString()));
            File.Move(path + "-new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full /run: this one is not counted.
        }
    }
}
