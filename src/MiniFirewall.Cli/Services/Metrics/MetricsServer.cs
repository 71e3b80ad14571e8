using System.Net.Sockets;
using System.Text;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Services.Metrics;

/// <summary>Gives metrics over HTTP: GET /metrics, and nothing else. What one client was told is good for the next within a second.</summary>
internal sealed class MetricsServer : IDisposable
{
    private const int LongestRequest = 8192;
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly FirewallEngine _engine;
    private readonly RunningService _service;
    private readonly Clients _clients;
    private readonly Lock _making = new();
    private byte[] _text = [];
    private long _madeAt = long.MinValue;

    /// <param name="socket">Listens; belongs to this object from here on.</param>
    internal MetricsServer(Socket socket, FirewallEngine engine, RunningService service)
    {
        (_engine, _service) = (engine, service);
        _clients = new Clients(socket, Serve);
    }

    public void Dispose() => _clients.Dispose();

    private void Serve(Socket client)
    {
        string? request = SocketText.ReadUntil(client, "\r\n\r\n", LongestRequest);
        string[] words = request?.Split("\r\n")[0].Split(' ') ?? [];
        (string status, byte[] body) = words switch
        {
            ["GET" or "HEAD", "/metrics", _] => ("200 OK", Text()),
            ["GET" or "HEAD", _, _] => ("404 Not Found", "metrics are at /metrics\n"u8.ToArray()),
            [_, _, _] => ("405 Method Not Allowed", "metrics are only read\n"u8.ToArray()),
            _ => ("400 Bad Request", "this is no request of HTTP\n"u8.ToArray()),
        };
        SocketText.Write(client, Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        SocketText.Write(client, words is ["HEAD", ..] ? [] : body);
        client.Shutdown(SocketShutdown.Send);
    }

    private byte[] Text()
    {
        lock (_making)
        {
            long now = Environment.TickCount64;
            if (_madeAt == long.MinValue || now - _madeAt > Freshness.TotalMilliseconds)
            {
                _text = Encoding.UTF8.GetBytes(MetricsText.Of(_engine, _service));
                _madeAt = now;
            }

            return _text;
        }
    }
}
