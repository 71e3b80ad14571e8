using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// Reads the rejected packets of the rules that are in force in a namespace. Programs write them as long as it keeps saying that it
/// reads: a reader that was killed is not written for any more after <see cref="Vow"/>. Not thread-safe.
/// </summary>
internal sealed class RejectReader : IDisposable
{
    /// <summary>How long programs write after the reader was last heard of: many times what it takes to say so again.</summary>
    private static readonly TimeSpan Vow = TimeSpan.FromSeconds(3);

    private readonly NamespaceState _state;
    private readonly BpfMap _map;
    private readonly RingBufferReader _rejects;

    private RejectReader(NamespaceState state, BpfMap map)
    {
        _state = state;
        _map = map;
        _rejects = new RingBufferReader(map);

        // What waits since a reader before was killed: whoever sent it has given up, or sent it again.
        _rejects.Drain(_ => { });
        SayThatReading();
    }

    /// <summary>False once the rules were taken away: rules that are applied later have a buffer of their own.</summary>
    internal bool IsLive => _state.Control.Generation != 0;

    /// <summary>Null where no rules are in force.</summary>
    internal static RejectReader? TryOpen(HomeMount home, NetworkNamespace network)
    {
        NamespaceState? state = NamespaceState.TryOpen(home.Pins, network);
        if (state is null)
        {
            return null;
        }

        BpfMap? map = null;
        try
        {
            map = state.Control.Generation == 0 ? null : BpfMap.TryOpen(state.Directory.PathOf(PinNames.Rejects));
            if (map is not null)
            {
                return new RejectReader(state, map);
            }
        }
        catch
        {
            map?.Dispose();
            state.Dispose();
            throw;
        }

        state.Dispose();
        return null;
    }

    /// <summary>Takes all that is there, waited for as long as <paramref name="timeout"/>, and returns how many there were.</summary>
    internal int Read(TimeSpan timeout, Action<RejectRecord> handler)
    {
        SayThatReading();
        _rejects.Wait(timeout);
        return _rejects.Drain(record => handler(RejectRecord.Parse(record)));
    }

    public void Dispose()
    {
        _state.Control.RejectsReadUntil = 0;
        _rejects.Dispose();
        _map.Dispose();
        _state.Dispose();
    }

    // .NET's Stopwatch reads CLOCK_MONOTONIC in nanoseconds on Linux.
    private void SayThatReading() => _state.Control.RejectsReadUntil = (ulong)(Stopwatch.GetTimestamp() + (long)Vow.TotalNanoseconds);
}
