using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Serving;

/// <summary>
/// Reads a ring buffer of the rules that are in force in a namespace. Programs write it as long as the reader keeps saying that it
/// reads: one that was killed is not written for any more after <see cref="Vow"/>. Not thread-safe.
/// </summary>
internal sealed class ServedBuffer : IDisposable
{
    /// <summary>How often it says that it reads, and looks whether rules are in force.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    /// <summary>How long programs write after the reader was last heard of: many times what it takes to say so again.</summary>
    private static readonly TimeSpan Vow = TimeSpan.FromSeconds(3);

    private readonly NamespaceState _state;
    private readonly BpfMap? _map;
    private readonly RingBufferReader? _records;
    private readonly ServedBufferKind _kind;

    private ServedBuffer(NamespaceState state, BpfMap? map, ServedBufferKind kind, bool readsAll)
    {
        _state = state;
        _map = map;
        _kind = kind;
        _records = map is null ? null : new RingBufferReader(map);

        if (!readsAll)
        {
            // What waits since a reader before was killed comes too late for everybody.
            _records?.Drain(_ => { });
        }

        SayThatReading();
    }

    /// <summary>False once the rules were taken away, for rules that are applied later have a buffer of their own; and once the first rules that write one are there.</summary>
    private bool IsLive => _state.Control.Generation != 0 && (_map is not null || !_state.Directory.Contains(_kind.Pin));

    /// <summary>Handles what comes, through rule sets that come and go, until it is told to stop.</summary>
    /// <param name="afterTurn">Called some times a second, when all that was there has been handled, with how much that was.</param>
    internal static void Serve(
        ServedBufferKind kind, HomeMount home, NetworkNamespace network, RecordHandler handler, Action<int> afterTurn, CancellationToken stop)
    {
        bool readsAll = false;
        while (!stop.IsCancellationRequested)
        {
            using ServedBuffer? buffer = TryOpen(kind, home, network, readsAll);
            readsAll = buffer is { _map: null };
            if (buffer is null)
            {
                stop.WaitHandle.WaitOne(Turn);
                afterTurn(0);
                continue;
            }

            while (buffer.IsLive && !stop.IsCancellationRequested)
            {
                afterTurn(buffer.Read(handler, stop));
            }
        }
    }

    public void Dispose()
    {
        _kind.SetReadUntil(_state.Control, 0);
        _records?.Dispose();
        _map?.Dispose();
        _state.Dispose();
    }

    /// <summary>Null where no rules are in force.</summary>
    /// <param name="readsAll">The buffer is so new that none of it is too late.</param>
    private static ServedBuffer? TryOpen(ServedBufferKind kind, HomeMount home, NetworkNamespace network, bool readsAll)
    {
        NamespaceState? state = NamespaceState.TryOpen(home.Pins, network);
        if (state is null)
        {
            return null;
        }

        BpfMap? map = null;
        try
        {
            if (state.Control.Generation != 0)
            {
                map = BpfMap.TryOpen(state.Directory.PathOf(kind.Pin));
                return new ServedBuffer(state, map, kind, readsAll);
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

    private int Read(RecordHandler handler, CancellationToken stop)
    {
        SayThatReading();
        if (_records is null)
        {
            stop.WaitHandle.WaitOne(Turn);
            return 0;
        }

        _records.Wait(Turn);
        return _records.Drain(handler);
    }

    // .NET's Stopwatch reads CLOCK_MONOTONIC in nanoseconds on Linux.
    private void SayThatReading() => _kind.SetReadUntil(_state.Control, (ulong)(Stopwatch.GetTimestamp() + (long)Vow.TotalNanoseconds));
}

/// <summary>Which buffer is read.</summary>
/// <param name="SetReadUntil">Says until when it is read: CLOCK_MONOTONIC, nanoseconds.</param>
internal sealed record ServedBufferKind(string Pin, Action<ControlWords, ulong> SetReadUntil)
{
    internal static ServedBufferKind Rejects { get; } = new(PinNames.Rejects, (control, until) => control.RejectsReadUntil = until);

    internal static ServedBufferKind Packets { get; } = new(PinNames.Packets, (control, until) => control.PacketsReadUntil = until);
}
