using System.Diagnostics;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// Answers the rejected packets of one namespace, through rule sets that come and go. It decides nothing: packets are dropped by
/// the programs whether it lives or not.
/// </summary>
internal sealed class RejectService(HomeMount home, NetworkNamespace network, TokenRate rate) : IDisposable
{
    /// <summary>Under a flood: what came in meanwhile is thrown away unread but for a buffer's worth.</summary>
    private static readonly TimeSpan FloodPause = TimeSpan.FromMilliseconds(5);

    /// <summary>The loopback interface of every namespace.</summary>
    private const int Loopback = 1;

    private readonly AnswerSender _sender = new();
    private readonly PeerRate _peers = new();
    private readonly AnswerBuilder _builder = new(AnswerSender.DefaultTtl, AnswerSender.DefaultHopLimit, AnswerSender.SourceFor);
    private long _turnedAt = Stopwatch.GetTimestamp();
    private long _sent, _unanswerable, _overRate, _failed;

    /// <summary>When it was last seen to turn, in ticks of <see cref="Stopwatch"/>. On any thread.</summary>
    internal long TurnedAt => Volatile.Read(ref _turnedAt);

    internal AnswerTally Run(CancellationToken stop)
    {
        long overRate = 0;
        ServedBuffer.Serve(ServedBufferKind.Rejects, home, network, record => Answer(RejectRecord.Parse(record)), _ => PauseWhereFlooded(), stop);
        return new AnswerTally(_sent, _unanswerable, _overRate, _failed);

        void PauseWhereFlooded()
        {
            Volatile.Write(ref _turnedAt, Stopwatch.GetTimestamp());
            if (_overRate != overRate)
            {
                overRate = _overRate;
                stop.WaitHandle.WaitOne(FloodPause);
            }
        }
    }

    public void Dispose() => _sender.Dispose();

    private void Answer(RejectRecord record)
    {
        if (_builder.Build(record) is not { } answer)
        {
            _unanswerable++;
        }
        else if (!MayHaveError(record, answer) || !rate.TryTake())
        {
            _overRate++;
        }
        else if (_sender.TrySend(answer))
        {
            _sent++;
        }
        else
        {
            _failed++;
        }
    }

    /// <summary>As the kernel has it, resets have no limit, and neither has what this machine tells itself (icmpv4_xrlim_allow).</summary>
    private bool MayHaveError(RejectRecord record, AnswerPacket answer) =>
        record.Answer == Policy.Answer.TcpReset || record.Hook == Packets.Hook.LocalOut || record.InInterfaceIndex == Loopback
        || _peers.TryTake(answer.Family, answer.Destination);
}
