using System.Globalization;
using System.Text;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>Sends events to the system's log daemon: a datagram an event, priority, time and name before it (RFC 3164).</summary>
internal sealed class SyslogWriter(string path, Func<PacketEvent, string> message) : IEventWriter, IDisposable
{
    /// <summary>Where the daemon listens.</summary>
    internal const string UsualPath = "/dev/log";

    /// <summary>LOG_DAEMON: the kernel's own facility is the kernel's.</summary>
    private const int Facility = 3 << 3;

    private readonly DatagramOutlet _outlet = new(path, "the log daemon");

    public void Write(PacketEvent packet) => Send(EventPriority.Of(packet), packet.Time, message(packet));

    public void WriteLoss(ulong count) => Send(EventPriority.OfLoss, DateTimeOffset.Now, EventText.OfLoss(count));

    public void WriteLeftOut(ulong count) => Send(EventPriority.OfLoss, DateTimeOffset.Now, EventText.OfLeftOut(count));

    public void Dispose() => _outlet.Dispose();

    private void Send(int priority, DateTimeOffset time, string text) =>
        _outlet.Send(Encoding.UTF8.GetBytes($"<{Facility | priority}>{SyslogTime.Of(time)} minifw[{Environment.ProcessId}]: {text}"));
}

/// <summary>Times as log files have them: "Nov  6 00:10:04", of the local day.</summary>
internal static class SyslogTime
{
    internal static string Of(DateTimeOffset time)
    {
        DateTimeOffset local = time.ToLocalTime();
        return string.Create(CultureInfo.InvariantCulture, $"{local:MMM} {local.Day,2} {local:HH:mm:ss}");
    }
}
