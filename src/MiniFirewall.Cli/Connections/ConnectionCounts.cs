using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Connections;

/// <summary>How many connections there are, by protocol and state, and how full their table is.</summary>
internal sealed class ConnectionCounts
{
    private readonly SortedDictionary<(byte Protocol, byte State), int> _byState = [];
    private readonly LiveConnections _connections;
    private int _matching, _replied, _assured, _used;

    private ConnectionCounts(LiveConnections connections) => _connections = connections;

    internal static ConnectionCounts Of(LiveConnections connections, ConnectionFilter filter)
    {
        var counts = new ConnectionCounts(connections);
        ConnectionWalk walk = connections.Walk();
        while (walk.MoveNext())
        {
            counts._used++;
            if (filter.Matches(walk.Current))
            {
                counts.Add(walk.Current);
            }
        }

        return counts;
    }

    internal void Write()
    {
        var table = new PlainTable("protocol", "state", ">connections");
        foreach (((byte protocol, byte state), int count) in _byState)
        {
            table.Add(NameOf(protocol), ConnectionStateNames.Of(protocol, state) ?? "-", $"{count}");
        }

        if (_byState.Count > 0)
        {
            table.Write(Console.Out);
            Console.Out.WriteLine();
        }

        Console.Out.WriteLine($"{_matching} connections: {_replied} answered, {_assured} assured");
        Console.Out.WriteLine($"table: {_used} of {_connections.Capacity} places used, {_connections.Bytes >> 10} KiB; {_connections.Refused} packets found no room");
    }

    internal void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("connections", _matching);
        json.WriteNumber("replied", _replied);
        json.WriteNumber("assured", _assured);
        json.WriteStartArray("states");
        foreach (((byte protocol, byte state), int count) in _byState)
        {
            json.WriteStartObject();
            json.WriteNumber("protocol", protocol);
            json.WriteString("protocolName", NameOf(protocol));
            if (ConnectionStateNames.Of(protocol, state) is { } name)
            {
                json.WriteString("state", name);
            }

            json.WriteNumber("connections", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("table");
        json.WriteNumber("used", _used);
        json.WriteNumber("max", _connections.Capacity);
        json.WriteNumber("bytes", _connections.Bytes);
        json.WriteNumber("refused", _connections.Refused);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string NameOf(byte protocol) => IpProtocol.NameOf(protocol) ?? $"proto {protocol}";

    private void Add(in Connection connection)
    {
        _matching++;
        _replied += connection.IsReplied ? 1 : 0;
        _assured += connection.IsAssured ? 1 : 0;
        (byte, byte) key = (connection.Protocol, connection.State);
        _byState[key] = _byState.GetValueOrDefault(key) + 1;
    }
}
