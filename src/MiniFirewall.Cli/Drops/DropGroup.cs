using MiniFirewall.Cli.Logging;
using MiniFirewall.Cli.Output;

namespace MiniFirewall.Cli.Drops;

/// <summary>Dropped packets of one kind: by one rule, of one source, to one port, of one process.</summary>
internal sealed class DropGroup(PacketEvent first, string? allow)
{
    internal int Packets { get; set; }

    internal long Bytes { get; set; }

    internal PacketEvent First { get; } = first;

    /// <summary>The command that would let them pass; null where there is none.</summary>
    internal string? Allow { get; } = allow;

    internal string Place => First.Place.Text is { Length: > 0 } place ? place : First.What;

    /// <summary>The packet's destination, with protocol and port or ICMP type.</summary>
    internal string To => $"{First.Destination ?? "?"} {First.Protocol ?? First.Family.Word()}{(First.DestinationPort is { } port ? $"/{port}" : First.IcmpType is { } type ? $" type {type}" : "")}";

    internal string Interface => First.In.Length > 0 && First.Out.Length > 0 ? $"{First.In} > {First.Out}" : First.In.Length > 0 ? First.In : First.Out;

    /// <summary>What two packets of one group have in common.</summary>
    internal static object KeyOf(PacketEvent packet) =>
        (packet.Place.Text, packet.Kind, packet.Hook, packet.Source, packet.Destination, packet.Protocol, packet.DestinationPort, packet.IcmpType, packet.Process?.Name);
}
