using System.Net;
using System.Net.Sockets;
using MiniFirewall.Cli.Logging.Shipping;
using MiniFirewall.Cli.Services.Control;
using MiniFirewall.Cli.Services.Metrics;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Services;

/// <summary>What runs beside the service itself, and ends with it: its log, metrics, control socket and watchdog.</summary>
internal sealed class ServeCompany : IDisposable
{
    private readonly FirewallEngine _engine;
    private readonly RatedEventWriter? _events;
    private readonly bool _withDrops;
    private readonly Action _onFailure;
    private readonly EndPoint? _metricsAddress;
    private readonly Socket? _metricsSocket;
    private readonly List<IDisposable> _parts = [];
    private EventShipping? _shipping;

    /// <param name="metrics">Where metrics are to be had; null for nowhere.</param>
    /// <param name="events">Writes events; null where nobody does.</param>
    /// <param name="onFailure">Called where the log cannot go on; <see cref="Failure"/> is why.</param>
    /// <exception cref="FirewallException">The address of the metrics cannot be had.</exception>
    internal ServeCompany(FirewallEngine engine, string? metrics, RatedEventWriter? events, bool withDrops, Action onFailure)
    {
        (_engine, _events, _withDrops, _onFailure) = (engine, events, withDrops, onFailure);
        _metricsAddress = metrics is null ? null : MetricsAddress.TryParse(metrics);
        _metricsSocket = _metricsAddress is null ? null : MetricsAddress.Listen(_metricsAddress);
    }

    internal Exception? Failure => _shipping?.Failure;

    internal void Begin(RunningService service)
    {
        if (_events is not null)
        {
            _shipping = new EventShipping(_engine, _events, _withDrops, _onFailure);
            _parts.Add(_shipping);
        }

        if (_metricsSocket is not null)
        {
            _parts.Add(new MetricsServer(_metricsSocket, _engine, service));
        }

        _parts.Add(new ControlServer(service));
        _parts.Add(new Watchdog(service));
    }

    public void Dispose()
    {
        _parts.ForEach(part => part.Dispose());
        _parts.Clear();
        _metricsSocket?.Dispose();
        if (_metricsAddress is UnixDomainSocketEndPoint)
        {
            File.Delete(_metricsAddress.ToString()!);
        }
    }
}
