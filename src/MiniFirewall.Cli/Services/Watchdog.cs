using MiniFirewall.Engine.Serving;

namespace MiniFirewall.Cli.Services;

/// <summary>Tells the service manager, where it asked for that (WATCHDOG_USEC, sd_watchdog_enabled(3)), that the service's work goes on.</summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>The service turns some times a second; one that has not for so long hangs.</summary>
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(30);

    private readonly Timer? _timer;

    internal Watchdog(RunningService service)
    {
        string? process = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        bool isMeant = process is null || process == $"{Environment.ProcessId}";
        if (isMeant && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), out long microseconds) && microseconds > 0)
        {
            var pause = TimeSpan.FromMicroseconds(microseconds / 2);
            _timer = new Timer(_ => Tell(service), null, TimeSpan.Zero, pause);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private static void Tell(RunningService service)
    {
        if (service.SinceTurn < Hanging)
        {
            ServiceNotification.Send("WATCHDOG=1");
        }
    }
}
