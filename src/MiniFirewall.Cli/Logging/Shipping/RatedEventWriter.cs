using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>Hands on so many events a second; how many it left out it tells with the next one, or when a second has gone by.</summary>
internal sealed class RatedEventWriter(IEventWriter writer, TokenRate rate) : IEventWriter, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private ulong _leftOut;
    private DateTime _since;

    /// <summary>Events that were handed on, and that were not.</summary>
    internal (long Written, long LeftOut) Tally { get; private set; }

    public void Write(PacketEvent packet)
    {
        if (!rate.TryTake())
        {
            _since = _leftOut++ == 0 ? DateTime.UtcNow : _since;
            Tally = Tally with { LeftOut = Tally.LeftOut + 1 };
            return;
        }

        TellLeftOut();
        writer.Write(packet);
        Tally = Tally with { Written = Tally.Written + 1 };
    }

    public void WriteLoss(ulong count) => writer.WriteLoss(count);

    public void WriteLeftOut(ulong count) => writer.WriteLeftOut(count);

    public void Turn()
    {
        if (_leftOut > 0 && DateTime.UtcNow - _since > Pause)
        {
            TellLeftOut();
        }
    }

    /// <summary>Tells what is still to be told.</summary>
    public void Dispose()
    {
        TellLeftOut();
        (writer as IDisposable)?.Dispose();
    }

    private void TellLeftOut()
    {
        if (_leftOut > 0)
        {
            writer.WriteLeftOut(_leftOut);
            _leftOut = 0;
        }
    }
}
