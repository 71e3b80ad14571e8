namespace MiniFirewall.Rules.Names;

/// <summary>Well-known services, for machines without /etc/services.</summary>
internal static class ServiceTable
{
    internal static readonly (string Name, ushort Port, string Protocols)[] BuiltIn =
    [
        ("ftp-data", 20, "tcp"), ("ftp", 21, "tcp"), ("ssh", 22, "tcp"), ("telnet", 23, "tcp"), ("smtp", 25, "tcp"),
        ("domain", 53, "tcp udp"), ("bootps", 67, "udp"), ("bootpc", 68, "udp"), ("tftp", 69, "udp"), ("finger", 79, "tcp"),
        ("http", 80, "tcp"), ("www", 80, "tcp"), ("kerberos", 88, "tcp udp"), ("pop3", 110, "tcp"), ("sunrpc", 111, "tcp udp"),
        ("ident", 113, "tcp"), ("auth", 113, "tcp"), ("nntp", 119, "tcp"), ("ntp", 123, "udp"), ("netbios-ns", 137, "udp"),
        ("netbios-dgm", 138, "udp"), ("netbios-ssn", 139, "tcp"), ("imap2", 143, "tcp"), ("imap", 143, "tcp"),
        ("snmp", 161, "tcp udp"), ("snmp-trap", 162, "tcp udp"), ("bgp", 179, "tcp"), ("ldap", 389, "tcp udp"),
        ("https", 443, "tcp udp"), ("microsoft-ds", 445, "tcp udp"), ("submissions", 465, "tcp"), ("isakmp", 500, "udp"),
        ("syslog", 514, "udp"), ("printer", 515, "tcp"), ("submission", 587, "tcp"), ("ipp", 631, "tcp"), ("ldaps", 636, "tcp udp"),
        ("rsync", 873, "tcp"), ("ftps", 990, "tcp"), ("imaps", 993, "tcp"), ("pop3s", 995, "tcp"), ("socks", 1080, "tcp"),
        ("openvpn", 1194, "tcp udp"), ("l2f", 1701, "udp"), ("radius", 1812, "udp"), ("nfs", 2049, "tcp udp"),
        ("mysql", 3306, "tcp"), ("sip", 5060, "tcp udp"), ("sip-tls", 5061, "tcp udp"), ("mdns", 5353, "udp"),
        ("postgresql", 5432, "tcp"), ("http-alt", 8080, "tcp udp"),
    ];
}
