using MiniFirewall.Compiler;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>How much events matter (syslog(3)): 0 emerg to 7 debug.</summary>
internal static class EventPriority
{
    private const int Warning = 4, Informational = 6;

    internal const int OfLoss = Warning;

    /// <summary>A rule says --log-level; a drop that no rule was asked to log is information.</summary>
    internal static int Of(PacketEvent packet) => packet.Place.Log is LogTarget log ? log.Level : packet.Kind == EventKind.Log ? Warning : Informational;
}
