namespace MiniFirewall.Dns.Messages;

/// <summary>Types of records that are asked for or followed (RFC 1035, RFC 3596).</summary>
public enum DnsType : ushort
{
    A = 1,
    Cname = 5,
    Aaaa = 28,
}
