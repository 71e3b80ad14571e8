using System.Globalization;
using System.Text.Json;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Cli.Connections;

/// <summary>Connections as JSON.</summary>
internal static class ConnectionJson
{
    private const int FlushAt = 1 << 16;

    internal static void WriteAll(ConnectionWalk walk, ConnectionFilter filter) => JsonOutput.Document(json =>
    {
        json.WriteStartArray();
        while (walk.MoveNext())
        {
            if (filter.Matches(walk.Current))
            {
                json.WriteStartObject();
                WriteMembers(json, walk.Current, walk.Now);
                json.WriteEndObject();
                if (json.BytesPending > FlushAt)
                {
                    json.Flush();
                }
            }
        }

        json.WriteEndArray();
    });

    /// <summary>Writes a connection into the object that is open.</summary>
    internal static void WriteMembers(Utf8JsonWriter json, in Connection connection, ulong now)
    {
        json.WriteString("family", connection.Family.Word());
        json.WriteNumber("protocol", connection.Protocol);
        if (IpProtocol.NameOf(connection.Protocol) is { } name)
        {
            json.WriteString("protocolName", name);
        }

        if (connection.StateName is { } state)
        {
            json.WriteString("state", state);
        }

        json.WriteNumber("seconds", ConnectionText.SecondsLeft(connection, now, KernelTime.Hertz));
        json.WriteNumber("age", ConnectionText.Age(connection, now, KernelTime.Hertz));
        WriteSide(json, "original", connection.Family, connection.Source, connection.HasPorts ? connection.SourcePort : null, connection.Original);
        WriteSide(json, "reply", connection.Family, connection.Destination, connection.HasPorts ? connection.DestinationPort : null, connection.Reply);
        if (connection.IsQuery)
        {
            json.WriteNumber("type", connection.DestinationPort >> 8);
            json.WriteNumber("code", connection.DestinationPort & 0xff);
            json.WriteNumber("id", connection.SourcePort);
        }

        json.WriteBoolean("replied", connection.IsReplied);
        json.WriteBoolean("assured", connection.IsAssured);
        json.WriteNumber("mark", connection.Mark);
        if (connection.Labels != 0)
        {
            json.WriteString("labels", $"0x{connection.Labels.ToString("x", CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>An end of the connection, and what it has sent.</summary>
    private static void WriteSide(Utf8JsonWriter json, string name, Family family, UInt128 address, ushort? port, Traffic sent)
    {
        json.WriteStartObject(name);
        json.WriteString("address", AddressText.Format(family, address));
        if (port is { } number)
        {
            json.WriteNumber("port", number);
        }

        json.WriteNumber("packets", sent.Packets);
        json.WriteNumber("bytes", sent.Bytes);
        json.WriteEndObject();
    }
}
