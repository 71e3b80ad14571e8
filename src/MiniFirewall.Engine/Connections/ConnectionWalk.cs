namespace MiniFirewall.Engine.Connections;

/// <summary>Walks over the connections of a table that have not ended, one after the other; nothing of them is kept.</summary>
public sealed class ConnectionWalk
{
    private readonly TableMemory _table;
    private readonly ulong _now;
    private Connection _current;

    internal ConnectionWalk(TableMemory table, ulong now)
    {
        _table = table;
        _now = now;
    }

    /// <summary>The tick that the walk takes for now.</summary>
    public ulong Now => _now;

    public ref readonly Connection Current => ref _current;

    /// <summary>Where <see cref="Current"/> is.</summary>
    internal int Place { get; private set; } = -1;

    public bool MoveNext()
    {
        while (++Place < _table.Places)
        {
            if (_table.TryRead(Place, out _current) && _current.IsLive(_now))
            {
                return true;
            }
        }

        return false;
    }
}
