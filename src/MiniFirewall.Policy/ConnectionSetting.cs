using System.Collections.Immutable;

namespace MiniFirewall.Policy;

/// <summary>
/// What can be set of connection tracking, by the name of the kernel's own setting without "nf_conntrack_"
/// (Documentation/networking/nf_conntrack-sysctl.rst).
/// </summary>
/// <param name="Default">The kernel's; that of the table's size is ours.</param>
public sealed record ConnectionSetting(string Name, int Default, int Lowest, int Highest)
{
    /// <summary>How many connections there is room for at least. Each size of the table is twice the one before.</summary>
    public const string Most = "max";

    /// <summary>What a time-out in ticks has room for, at a thousand a second.</summary>
    private const int LongestSeconds = int.MaxValue / 1000;

    /// <summary>All of them; the place of one in this list is its number.</summary>
    public static ImmutableArray<ConnectionSetting> All { get; } =
    [
        new(Most, 130_816, 1_022, 2_093_056),
        Seconds("tcp_timeout_syn_sent", 120),
        Seconds("tcp_timeout_syn_recv", 60),
        Seconds("tcp_timeout_established", 432_000),
        Seconds("tcp_timeout_fin_wait", 120),
        Seconds("tcp_timeout_close_wait", 60),
        Seconds("tcp_timeout_last_ack", 30),
        Seconds("tcp_timeout_time_wait", 120),
        Seconds("tcp_timeout_close", 10),
        Seconds("tcp_timeout_max_retrans", 300),
        Seconds("tcp_timeout_unacknowledged", 300),
        Seconds("udp_timeout", 30),
        Seconds("udp_timeout_stream", 120),
        Seconds("icmp_timeout", 30),
        Seconds("icmpv6_timeout", 30),
        Seconds("generic_timeout", 600),
        Seconds("gre_timeout", 30),
        Seconds("gre_timeout_stream", 180),
        Switch("tcp_loose", 1),
        Switch("tcp_be_liberal", 0),
        Switch("tcp_ignore_invalid_rst", 0),
        new("tcp_max_retrans", 3, 0, 255),
        Seconds("sctp_timeout_closed", 10),
        Seconds("sctp_timeout_cookie_wait", 3),
        Seconds("sctp_timeout_cookie_echoed", 3),
        Seconds("sctp_timeout_established", 210),
        Seconds("sctp_timeout_shutdown_sent", 3),
        Seconds("sctp_timeout_shutdown_recd", 3),
        Seconds("sctp_timeout_shutdown_ack_sent", 3),
        Seconds("sctp_timeout_heartbeat_sent", 30),
    ];

    /// <summary>Its place in <see cref="All"/>.</summary>
    public int Number => All.IndexOf(this);

    /// <summary>The setting of that name, with or without "nf_conntrack_"; null where there is none.</summary>
    public static ConnectionSetting? Find(string name)
    {
        const string Prefix = "nf_conntrack_";
        string own = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return All.FirstOrDefault(setting => setting.Name == own);
    }

    private static ConnectionSetting Seconds(string name, int usual) => new(name, usual, 0, LongestSeconds);

    private static ConnectionSetting Switch(string name, int usual) => new(name, usual, 0, 1);
}

/// <summary>A setting and what it is set to: seconds, a number, or 0 and 1 of a switch.</summary>
public readonly record struct ConnectionSettingValue(ConnectionSetting Setting, int Value)
{
    /// <summary>As the line of a rule file has it.</summary>
    public override string ToString() => $"{Setting.Name} {Value}";
}
