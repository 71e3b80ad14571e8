using System.Diagnostics;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Sys.Namespaces;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Handing;

/// <summary>
/// Sends packets of NFLOG rules to those who read their groups, as the kernel does. Packets go on whether it lives or not.
/// </summary>
internal sealed class HandingService(HomeMount home, NetworkNamespace network) : IDisposable
{
    /// <summary>How long it is believed who reads which group: a new reader misses packets for so long at most.</summary>
    private static readonly TimeSpan Belief = TimeSpan.FromMilliseconds(200);

    private readonly PacketMessage _message = new();
    private Dictionary<int, GroupReader> _readers = [];

    /// <summary>Opened for the first reader: a kernel whose nfnetlink nobody has loaded has no readers.</summary>
    private NetlinkSocket? _socket;
    private long _lookedAt = long.MinValue;
    private long _turnedAt = Stopwatch.GetTimestamp();
    private long _handed, _unread, _failed;

    /// <summary>As <see cref="Rejecting.RejectService.TurnedAt"/>.</summary>
    internal long TurnedAt => Volatile.Read(ref _turnedAt);

    internal HandingTally Run(CancellationToken stop)
    {
        ServedBuffer.Serve(ServedBufferKind.Packets, home, network, record => Hand(HandedRecord.Parse(record)), _ => Volatile.Write(ref _turnedAt, Stopwatch.GetTimestamp()), stop);
        return new HandingTally(_handed, _unread, _failed);
    }

    public void Dispose() => _socket?.Dispose();

    private void Hand(HandedRecord handed)
    {
        if (_lookedAt == long.MinValue || Stopwatch.GetElapsedTime(_lookedAt) > Belief)
        {
            _readers = GroupReader.All();
            _lookedAt = Stopwatch.GetTimestamp();
        }

        if (!_readers.TryGetValue(handed.Group, out GroupReader reader) || reader.Mode == GroupReaderMode.Disabled)
        {
            _unread++;
        }
        else if ((_socket ??= new(NetlinkSocket.Netfilter)).TrySend(reader.Port, _message.Of(handed, reader, RealTime(handed.Packet.MonotonicNanoseconds))))
        {
            _handed++;
        }
        else
        {
            _failed++;
        }
    }

    private static long RealTime(ulong monotonic)
    {
        const long NanosecondsPerTick = 100;
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * NanosecondsPerTick;
        return now - (Stopwatch.GetTimestamp() - (long)monotonic);
    }
}
