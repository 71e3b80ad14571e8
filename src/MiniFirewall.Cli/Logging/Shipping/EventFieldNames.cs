using System.Globalization;
using MiniFirewall.Cli.Output;

namespace MiniFirewall.Cli.Logging.Shipping;

/// <summary>An event as names and values, the names as the journal wants them.</summary>
internal static class EventFieldNames
{
    /// <summary>Those that the event has.</summary>
    internal static IEnumerable<(string Name, string Value)> Of(PacketEvent packet) => All(packet).Where(field => !string.IsNullOrEmpty(field.Value))!;

    private static IEnumerable<(string Name, string? Value)> All(PacketEvent packet)
    {
        yield return ("VERDICT", packet.What);
        yield return ("CHAIN", packet.Place.Chain);
        yield return ("RULE", packet.Place.Chain.Length > 0 ? Text(packet.Place.Number) : null);
        yield return ("COMMENT", packet.Place.Comment);
        yield return ("PREFIX", packet.Place.Prefix);
        yield return ("HOOK", packet.Hook.Word());
        yield return ("FAMILY", packet.Family.Word());
        yield return ("IN", packet.In);
        yield return ("OUT", packet.Out);
        yield return ("PROTOCOL", packet.Protocol);
        yield return ("SOURCE", packet.Source);
        yield return ("SOURCE_PORT", Text(packet.SourcePort));
        yield return ("DESTINATION", packet.Destination);
        yield return ("DESTINATION_PORT", Text(packet.DestinationPort));
        yield return ("ICMP_TYPE", Text(packet.IcmpType));
        yield return ("ICMP_CODE", Text(packet.IcmpCode));
        yield return ("FLAGS", packet.Flags);
        yield return ("LENGTH", Text(packet.Length));
        yield return ("TTL", Text(packet.HopLimit));
        yield return ("MARK", packet.Mark == 0 ? null : Text(packet.Mark));
        yield return ("UID", Text(packet.Uid));
        yield return ("PID", Text(packet.Process?.Id));
        yield return ("PROCESS", packet.Process?.Name);
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
