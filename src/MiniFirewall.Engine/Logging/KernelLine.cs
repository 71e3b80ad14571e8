using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Engine.Logging;

/// <summary>
/// The line that the kernel's LOG writes of a packet (net/netfilter/nf_log_syslog.c), without level and time; as there, a space ends
/// it. Ports of bridges (PHYSIN, PHYSOUT) are not in it.
/// </summary>
public static class KernelLine
{
    // include/uapi/linux/if_arp.h
    private const int EthernetDevice = 1;

    private const int EthernetHeader = 14, AddressBytes = 6;

    /// <param name="prefix">Stands at the beginning, as it is.</param>
    /// <param name="details">What is reported beside what always is.</param>
    public static string Of(EventRecord packet, string prefix, LogDetails details)
    {
        ArgumentNullException.ThrowIfNull(packet);
        var text = new LineText();
        text.Add($"{prefix}IN={packet.InInterface} OUT={packet.OutInterface} ");
        if (packet.InInterfaceIndex != 0 && packet.Link is { } link)
        {
            AddLink(text, link, details);
        }

        var bytes = new LoggedBytes(packet.Captured.Span, packet.Length);
        if (packet.Family == Family.IPv4)
        {
            new IPv4Line(text, packet, details).Add(bytes, 0);
        }
        else
        {
            new IPv6Line(text, packet, details).Add(bytes, 0);
        }

        return text.ToString();
    }

    /// <summary>Whose socket it is, and the mark: of the packet itself, not of one that it quotes.</summary>
    internal static void AddOwnerAndMark(LineText text, EventRecord packet, LogDetails details)
    {
        if (details.HasFlag(LogDetails.Uid) && packet.Owner is { } owner)
        {
            text.Add($"UID={owner.User} GID={owner.Group} ");
        }

        if (packet.Mark != 0)
        {
            text.Add($"MARK=0x{packet.Mark:x} ");
        }
    }

    private static void AddLink(LineText text, EventLink link, LogDetails details)
    {
        if (details.HasFlag(LogDetails.MacDecode) && link.DeviceType == EthernetDevice)
        {
            if (link.Length >= EthernetHeader)
            {
                AddEthernet(text, link);
            }

            return;
        }

        text.Add("MAC=");
        if (link.DeviceHeader > 0 && link.Length > 0)
        {
            text.AddBytes(link.Bytes.Span[..Math.Min(link.DeviceHeader, link.Bytes.Length)]);
        }

        text.Add(" ");
    }

    private static void AddEthernet(LineText text, EventLink link)
    {
        ReadOnlySpan<byte> header = link.Bytes.Span;
        text.Add("MACSRC=");
        text.AddBytes(header.Slice(AddressBytes, AddressBytes));
        text.Add(" MACDST=");
        text.AddBytes(header[..AddressBytes]);
        if (link.VlanProtocol != 0 || link.VlanTag != 0)
        {
            text.Add($" VPROTO={link.VlanProtocol:x4} VID={link.VlanTag}");
        }

        text.Add($" MACPROTO={(header[12] << 8) | header[13]:x4} ");
    }
}
