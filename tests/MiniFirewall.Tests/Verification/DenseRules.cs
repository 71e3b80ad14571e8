using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Tests.Verification;

/// <summary>
/// Rule sets from few addresses, ports and protocols, so that rules overlap, lists are long enough for trees, and random
/// packets of the same few values come everywhere.
/// </summary>
internal static class DenseRules
{
    private static readonly string[] V4 = ["", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "10.1.2.4/31", "192.0.2.0/24", "192.0.2.9", "128.0.0.0/1"];
    private static readonly string[] V6 = ["", "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::/96", "2001:db8:1::5", "2001:db8:1::4/127", "fd00::/8", "fd00::9", "8000::/1"];
    private static readonly string[] Ports = ["", "1024:65535", "20:25", "0:79", .. Enumerable.Range(0, 30).Select(i => $"{i * 17}"), .. Enumerable.Range(0, 10).Select(i => $"{i * 30}:{i * 40}")];
    private static readonly string[] Targets = ["ACCEPT", "DROP", "ACCEPT", "DROP", "LOG", "sub", "RETURN", "far"];

    internal static string Text(Random random, Family family, int rules)
    {
        var text = new StringBuilder("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:sub - [0:0]\n:far - [0:0]\n");
        for (int i = 0; i < rules; i++)
        {
            string chain = random.Next(4) == 0 ? random.Next(2) == 0 ? "sub" : "far" : "INPUT";
            text.Append("-A ").Append(chain).Append(Body(random, family)).Append(Target(random, chain)).Append('\n');
        }

        return text.Append("COMMIT\n").ToString();
    }

    private static string Body(Random random, Family family)
    {
        string[] addresses = family == Family.IPv4 ? V4 : V6;
        return Option(random, "-s", addresses, 1) + Option(random, "-d", addresses, 1) + Transport(random, family)
            + (random.Next(8) == 0 ? $" -m mark --mark {random.Next(3)}" : "")
            + (random.Next(10) == 0 ? $" {Not(random)}-i eth{random.Next(2)}" : "")
            + (random.Next(8) == 0 ? $" -m length {Not(random)}--length {random.Next(100)}:{random.Next(100, 200)}" : "")
            + (random.Next(8) == 0 ? Range(random, family) : "");
    }

    private static string Not(Random random) => random.Next(3) == 0 ? "! " : "";

    private static string Range(Random random, Family family)
    {
        string beginning = family == Family.IPv4 ? "10.1.2." : "2001:db8:1::";
        int low = random.Next(9);
        return $" -m iprange {Not(random)}--{(random.Next(2) == 0 ? "src" : "dst")}-range {beginning}{low}-{beginning}{random.Next(low, 9)}";
    }

    private static string Transport(Random random, Family family) => random.Next(6) switch
    {
        0 => "",
        1 => family == Family.IPv4 ? " -p icmp --icmp-type 8" : " -p icmpv6 --icmpv6-type 128",
        2 => " -p udp" + Option(random, "--sport", Ports, 4) + Option(random, "--dport", Ports, 2),
        3 => $" -p tcp -m multiport --dports 22,80:90,{random.Next(400, 500)}",
        4 => " -p tcp --syn" + Option(random, "--dport", Ports, 2),
        _ => " -p tcp" + Option(random, "--sport", Ports, 4) + Option(random, "--dport", Ports, 1),
    };

    /// <summary>The option, in one of so many cases.</summary>
    private static string Option(Random random, string name, string[] values, int oneIn)
    {
        string value = values[random.Next(values.Length)];
        return value.Length == 0 || random.Next(oneIn) != 0 ? "" : $" {name} {value}";
    }

    private static string Target(Random random, string chain)
    {
        string target = Targets[random.Next(chain == "INPUT" ? 8 : chain == "sub" ? 7 : 5)];
        return $" -j {(target == chain ? "DROP" : target)}";
    }
}
