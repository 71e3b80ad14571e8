namespace MiniFirewall.Packets;

/// <summary>Transport protocol numbers (IANA; include/uapi/linux/in.h and in6.h) that miniFirewall knows by name.</summary>
public static class IpProtocol
{
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Dccp = 33;
    public const byte Gre = 47;
    public const byte Esp = 50;
    public const byte Authentication = 51;
    public const byte Icmpv6 = 58;
    public const byte NoNextHeader = 59;
    public const byte Compression = 108;
    public const byte Sctp = 132;
    public const byte UdpLite = 136;

    private static readonly (byte Number, string Name)[] Known =
    [
        (Icmp, "icmp"), (Tcp, "tcp"), (Udp, "udp"), (Dccp, "dccp"), (Gre, "gre"), (Esp, "esp"),
        (Authentication, "ah"), (Icmpv6, "icmpv6"), (Compression, "ipcomp"), (Sctp, "sctp"), (UdpLite, "udplite"),
    ];

    /// <summary>The name of a protocol, or null where it has none here.</summary>
    public static string? NameOf(byte number) => Known.FirstOrDefault(p => p.Number == number).Name;

    /// <summary>The number of a protocol's name, or null where the name is not known here.</summary>
    public static byte? NumberOf(string name) =>
        Known.Where(p => p.Name == name).Select(p => (byte?)p.Number).FirstOrDefault();

    /// <summary>True where the transport header starts with a source and a destination port.</summary>
    public static bool HasPorts(byte number) => number is Tcp or Udp or UdpLite or Sctp or Dccp;
}
