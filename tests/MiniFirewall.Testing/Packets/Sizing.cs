using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>Brings packets to a wanted length.</summary>
internal static class Sizing
{
    /// <summary>The packet that <paramref name="carry"/> makes, with zeros added to the payload up to the length where it is shorter.</summary>
    internal static byte[] Make(Func<Transport, byte[]> carry, Transport transport, int length)
    {
        byte[] bytes = carry(transport);
        return length <= bytes.Length
            ? bytes
            : carry(transport with { Payload = [.. transport.Payload, .. new byte[length - bytes.Length]] });
    }
}
