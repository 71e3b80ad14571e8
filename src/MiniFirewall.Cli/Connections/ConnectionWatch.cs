using System.Globalization;
using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Sys;

namespace MiniFirewall.Cli.Connections;

/// <summary>Prints what becomes of connections, by looking at them again and again.</summary>
internal sealed class ConnectionWatch(FirewallEngine engine, ConnectionFilter filter, bool asJson)
{
    private readonly ConnectionChanges _changes = new();
    private readonly byte[] _line = new byte[ConnectionText.LongestLine];
    private ulong _now;

    /// <summary>Goes on until it is told to stop. A rule set that tracks nothing ends all connections.</summary>
    internal void Run(TimeSpan interval, CancellationToken stop)
    {
        do
        {
            using LiveConnections? connections = engine.OpenConnections();
            ConnectionWalk? walk = connections?.Walk();
            _now = walk?.Now ?? _now;
            _changes.Look(walk, Print);
        }
        while (!stop.WaitHandle.WaitOne(interval));
    }

    private static string Word(ConnectionChange change) => change switch
    {
        ConnectionChange.New => "new",
        ConnectionChange.Changed => "changed",
        _ => "ended",
    };

    private void Print(ConnectionChange change, in Connection connection)
    {
        if (!filter.Matches(connection))
        {
            return;
        }

        if (asJson)
        {
            PrintJson(change, connection);
            return;
        }

        int length = ConnectionText.Write(_line, connection, _now, KernelTime.Hertz);
        string time = DateTimeOffset.Now.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"{time} {Word(change),-8}{System.Text.Encoding.UTF8.GetString(_line, 0, length)}");
    }

    private void PrintJson(ConnectionChange change, Connection connection) => JsonOutput.Line(json =>
    {
        json.WriteStartObject();
        json.WriteString("time", DateTimeOffset.Now);
        json.WriteString("event", Word(change));
        ConnectionJson.WriteMembers(json, connection, _now);
        json.WriteEndObject();
    });
}
