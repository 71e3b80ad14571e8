namespace MiniFirewall.Packets;

/// <summary>The next-header numbers of IPv6's extension headers (include/net/ipv6.h, NEXTHDR_*).</summary>
public static class IPv6HeaderNumber
{
    public const byte HopByHop = 0, Routing = 43, Fragment = 44, Esp = 50, Authentication = 51, NoNextHeader = 59, DestinationOptions = 60;

    /// <summary>Bytes of an extension header whose second byte is <paramref name="lengthField"/>.</summary>
    public static int LengthOf(byte header, byte lengthField) => header switch
    {
        Fragment => 8,
        Authentication => (lengthField + 2) * 4,
        _ => (lengthField + 1) * 8,
    };
}
