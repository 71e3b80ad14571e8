using MiniFirewall.Engine.Connections;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>Takes the connections of the generation in force into the next one's table, which is of another size.</summary>
internal sealed class ConnectionTransfer : IDisposable
{
    private readonly MappedMemory _before;
    private readonly MappedMemory _after;
    private readonly TableTransfer _tables;

    private ConnectionTransfer(MappedMemory before, MappedMemory after, ulong now)
    {
        _before = before;
        _after = after;
        _tables = new(new(before.Memory), new(after.Memory), now);
    }

    /// <param name="maps">With a table before.</param>
    internal static ConnectionTransfer Open(ConnectionMaps maps)
    {
        using var ticks = KernelTicks.Open();
        ulong now = ticks.Read();
        MappedMemory before = maps.Before!.MapValues();
        try
        {
            return new(before, maps.Table!.MapValues(), now);
        }
        catch
        {
            ((IDisposable)before).Dispose();
            throw;
        }
    }

    internal void Copy() => _tables.Copy();

    /// <summary>Packets that met the generation before have done with its table when the wait is over.</summary>
    internal void CopyLate()
    {
        GracePeriod.Wait();
        _tables.CopyLate();
    }

    public void Dispose()
    {
        ((IDisposable)_before).Dispose();
        ((IDisposable)_after).Dispose();
    }
}
