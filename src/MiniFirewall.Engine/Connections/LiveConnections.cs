using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Connections;

/// <summary>Says whether a connection is meant.</summary>
public delegate bool ConnectionChoice(in Connection connection);

/// <summary>The connections that the programs in force track, as they change. Not for use by several threads at once.</summary>
public sealed class LiveConnections : IDisposable
{
    private readonly BpfMap _map;
    private readonly MappedMemory _memory;
    private readonly KernelTicks _ticks;

    private LiveConnections(BpfMap map, MappedMemory memory, KernelTicks ticks, ulong refused)
    {
        _map = map;
        _memory = memory;
        _ticks = ticks;
        Refused = refused;
        Table = new(memory.Memory);
    }

    /// <summary>How many connections there is room for.</summary>
    public int Capacity => Table.Places;

    /// <summary>Bytes of memory that the table takes.</summary>
    public long Bytes => _map.ValueSize;

    /// <summary>Packets that were to begin a connection and found no room, when this was opened.</summary>
    public ulong Refused { get; }

    internal TableMemory Table { get; }

    /// <summary>Those of a generation; null where it tracks none.</summary>
    internal static LiveConnections? TryOpen(DirectoryHandle generation)
    {
        BpfMap? map = TableMap.TryOpen(generation);
        if (map is null)
        {
            return null;
        }

        MappedMemory? memory = null;
        try
        {
            memory = map.MapValues();
            return new(map, memory, KernelTicks.Open(), TrackingSettings.RefusedIn(generation));
        }
        catch
        {
            ((IDisposable?)memory)?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>The connections from now on.</summary>
    public ConnectionWalk Walk() => new(Table, _ticks.Read());

    /// <summary>How full the table is.</summary>
    public ConnectionTableStatus Status()
    {
        int used = 0;
        for (ConnectionWalk walk = Walk(); walk.MoveNext(); used++)
        {
        }

        return new(used, Capacity, Bytes, Refused);
    }

    /// <summary>
    /// Ends connections: their next packets find none and are judged as first ones are. Those that begin meanwhile are left.
    /// </summary>
    /// <param name="choice">Is asked once or twice for each.</param>
    /// <param name="waits">Waits first for the packets that are on their way now: they may still begin connections.</param>
    /// <returns>How many there were.</returns>
    public int Cut(ConnectionChoice choice, bool waits = false)
    {
        ArgumentNullException.ThrowIfNull(choice);
        if (waits)
        {
            GracePeriod.Wait();
        }

        ConnectionWalk walk = Walk();
        int count = Cut(walk, choice);
        if (count == 0)
        {
            return 0;
        }

        // A packet that met a connection before it was cut may give it time again; when this wait is over, it has.
        GracePeriod.Wait();
        Cut(new ConnectionWalk(Table, walk.Now), choice);
        Table.RemoveEnded(walk.Now);
        return count;
    }

    public void Dispose()
    {
        _ticks.Dispose();
        ((IDisposable)_memory).Dispose();
        _map.Dispose();
    }

    private int Cut(ConnectionWalk walk, ConnectionChoice choice)
    {
        int count = 0;
        while (walk.MoveNext())
        {
            if (walk.Current.Begins <= walk.Now && choice(walk.Current))
            {
                count += TryCut(walk.Place, walk.Current) ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>Where a packet moves its time meanwhile it is read again; the table's place may have been given to another one.</summary>
    private bool TryCut(int place, Connection connection)
    {
        while (!Table.TryEnd(place, connection))
        {
            if (!Table.TryRead(place, out Connection now) || now.Expires == 0 || !now.IsSameAs(connection))
            {
                return false;
            }

            connection = now;
        }

        return true;
    }
}
