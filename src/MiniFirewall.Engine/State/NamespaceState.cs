using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.State;

/// <summary>A network namespace's directory of pins, as long as it has the map that says which generation is in force.</summary>
internal sealed class NamespaceState : IDisposable
{
    private const int Attempts = 100;

    private NamespaceState(DirectoryHandle directory, BpfMap controlMap)
    {
        Directory = directory;
        ControlMap = controlMap;
        Control = new ControlWords(controlMap);
    }

    internal DirectoryHandle Directory { get; }

    internal BpfMap ControlMap { get; }

    internal ControlWords Control { get; }

    /// <summary>Opens the state; null where there is none.</summary>
    internal static NamespaceState? TryOpen(DirectoryHandle pins, NetworkNamespace network)
    {
        DirectoryHandle? directory = pins.TryOpenDirectory(network.Name);
        BpfMap? control = directory is null ? null : BpfMap.TryOpen(directory.PathOf(PinNames.Control));
        if (control is not null)
        {
            return new(directory!, control);
        }

        directory?.Dispose();
        return null;
    }

    /// <summary>Opens the generation in force; null where there is none.</summary>
    /// <exception cref="FirewallException">The state is damaged.</exception>
    internal GenerationState? TryOpenGeneration()
    {
        // A writer may switch, and remove the generation that was just found in force: then there is a newer one.
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            ulong number = Control.Generation;
            if (number == 0)
            {
                return null;
            }

            if (GenerationState.TryOpen(Directory, number) is { } generation)
            {
                return generation;
            }

            Thread.Yield();
        }

        throw new FirewallException(
            FirewallFailure.Refused, $"pins of generation {Control.Generation} are missing; run 'minifw off' and apply the rules again");
    }

    /// <summary>The trial that the generation in force is on; null where it is on none.</summary>
    internal RunningTrial? ReadTrial() => Control.IsOnTrial && TrialState.TryRead(Directory) is { } trial
        ? new(trial.Kind, trial.Left, trial.BackTo & WellKnownMaps.GenerationNumber)
        : null;

    public void Dispose()
    {
        Control.Dispose();
        ControlMap.Dispose();
        Directory.Dispose();
    }
}
