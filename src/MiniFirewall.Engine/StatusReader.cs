using System.Collections.Immutable;
using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine;

/// <summary>Finds out what is loaded where.</summary>
internal static class StatusReader
{
    internal static FirewallStatus Read(string root, NetworkNamespace network)
    {
        using HomeMount? home = HomeMount.TryOpen(root);
        if (home is null)
        {
            return Empty(root, network);
        }

        int collected = NamespaceCollector.Collect(home, network);
        int others = home.Namespaces().Count(other => other != network);
        using NamespaceState? state = NamespaceState.TryOpen(home.Pins, network);
        using GenerationState? generation = state?.TryOpenGeneration();
        using LiveConnections? connections = generation is null ? null : LiveConnections.TryOpen(generation.Directory);
        return Empty(root, network) with
        {
            Generation = generation?.Number ?? 0,
            AppliedAt = generation?.Store.Header.AppliedAt,
            Links = state is null ? [] : [.. HookAttachment.Of(ProviderChoice.Of(state.Directory)).Attached(state.Directory)],
            Programs = generation?.ReadPrograms() ?? [],
            LostEvents = state?.Control.LostEvents ?? 0,
            RejectsAreAnswered = state is not null && state.Control.RejectsReadUntil > (ulong)Stopwatch.GetTimestamp(),
            LostRejects = state?.Control.LostRejects ?? 0,
            PacketsAreHanded = state is not null && state.Control.PacketsReadUntil > (ulong)Stopwatch.GetTimestamp(),
            LostPackets = state?.Control.LostPackets ?? 0,
            Connections = connections?.Status(),
            Trial = state?.ReadTrial(),
            IsBack = state?.Control.IsBack ?? false,
            Provider = state is null ? ProviderChoice.Default : ProviderChoice.Of(state.Directory),
            OtherNamespaces = others,
            Collected = collected,
        };
    }

    private static FirewallStatus Empty(string root, NetworkNamespace network) =>
        new(network, 0, null, [], [], 0, false, 0, false, 0, null, null, false, HomeMount.PinsOf(root, network), 0, 0) { Provider = ProviderChoice.Default };
}
