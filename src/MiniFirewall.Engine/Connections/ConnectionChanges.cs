using System.Runtime.InteropServices;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>What has become of a connection between two looks.</summary>
public enum ConnectionChange
{
    New,

    /// <summary>Its state, or whether it is answered or assured.</summary>
    Changed,

    /// <summary>What is told of it is what the look before saw.</summary>
    Ended,
}

/// <summary>Told of a change.</summary>
public delegate void ConnectionChangeHandler(ConnectionChange change, in Connection connection);

/// <summary>
/// Finds out by looking again and again what becomes of connections. It remembers those of the last look, so its memory grows with
/// them; what begins and ends between two looks it does not see.
/// </summary>
public sealed class ConnectionChanges
{
    private readonly Dictionary<Identity, Seen> _known = [];
    private readonly List<Identity> _gone = [];
    private int _look;

    /// <summary>Tells what is different from the last look; the first one tells nothing.</summary>
    /// <param name="walk">Null where nothing is tracked any more.</param>
    public void Look(ConnectionWalk? walk, ConnectionChangeHandler tell)
    {
        _look++;
        while (walk is not null && walk.MoveNext())
        {
            Meet(walk.Current, tell);
        }

        foreach ((Identity identity, Seen seen) in _known)
        {
            if (seen.Look != _look)
            {
                _gone.Add(identity);
                tell(ConnectionChange.Ended, seen.Connection);
            }
        }

        _gone.ForEach(identity => _known.Remove(identity));
        _gone.Clear();
    }

    private void Meet(in Connection connection, ConnectionChangeHandler tell)
    {
        ref Seen seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, Identity.Of(connection), out bool isKnown);
        if (!isKnown && _look > 1)
        {
            tell(ConnectionChange.New, connection);
        }
        else if (isKnown && (seen.Connection.State != connection.State || seen.Connection.IsReplied != connection.IsReplied || seen.Connection.IsAssured != connection.IsAssured))
        {
            tell(ConnectionChange.Changed, connection);
        }

        seen = new(connection, _look);
    }

    private readonly record struct Identity(UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, Family Family, ulong Begins)
    {
        internal static Identity Of(in Connection connection) => new(
            connection.Source, connection.Destination, connection.SourcePort, connection.DestinationPort, connection.Protocol, connection.Family, connection.Begins);
    }

    private readonly struct Seen(in Connection connection, int look)
    {
        internal readonly Connection Connection = connection;
        internal readonly int Look = look;
    }
}
