using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Random sets of every type with rules that count by them, and packets at their edges: all of one family, and from few addresses and
/// ports, so that elements overlap and packets meet them.
/// </summary>
internal sealed class SetScenario(Random random, Family family)
{
    private const int SetsOfOne = 6, MostElements = 24;

    private static readonly (string Type, string Parts)[] Types =
    [
        ("hash:ip", "a"), ("hash:net", "n"), ("hash:ip,port", "ap"), ("hash:net,port", "np"), ("hash:ip,port,ip", "apa"),
        ("hash:ip,port,net", "apn"), ("bitmap:port", "b"), ("hash:net,net", "nn"), ("hash:net,port,net", "npn"),
    ];

    private static readonly string[] Protocols = ["tcp", "udp", "sctp", "udplite", "gre", "icmp"];

    private readonly UInt128[] _addresses = family == Family.IPv4
        ? [0xc6336401, 0xcb007109, 0xc0000255]
        : [Six("2001:db8:1::1"), Six("2001:db8:2::2"), Six("2001:db8:8000::3")];

    private int Width => family == Family.IPv4 ? 32 : 128;

    /// <param name="inKernel">Only types that this kernel has.</param>
    internal RuleTexts Rules(bool inKernel)
    {
        var sets = new System.Text.StringBuilder();
        var rules = new List<string>();
        for (int i = 0; i < SetsOfOne; i++)
        {
            (string type, string parts) = Types[random.Next(inKernel ? Types.Length - 2 : Types.Length)];
            sets.Append($"create s{i} {type}{(type == "bitmap:port" ? " range 0-65535" : family == Family.IPv4 ? " family inet" : " family inet6")}\n");
            for (int n = random.Next(MostElements); n > 0; n--)
            {
                bool noMatch = parts.Contains('n', StringComparison.Ordinal) && random.Next(4) == 0;
                sets.Append($"add s{i} {string.Join(',', parts.Select(Part))}{(noMatch ? " nomatch" : "")}\n");
            }

            for (int n = 0; n < 3; n++)
            {
                string directions = string.Join(',', Enumerable.Range(0, Math.Max(1, parts.Length + random.Next(-1, 2))).Select(_ => random.Next(2) == 0 ? "src" : "dst"));
                rules.Add($"-A INPUT -m set {(random.Next(3) == 0 ? "! " : "")}--match-set s{i} {directions}");
            }
        }

        return RuleTexts.Of([family], rules).WithSets(sets.ToString());
    }

    internal Packet Packet()
    {
        string protocol = Protocols[random.Next(Protocols.Length)];
        string source = End(), destination = End();
        string text = protocol switch
        {
            "icmp" => $"in eth0 {(family == Family.IPv4 ? "icmp" : "icmpv6")} {source} {destination} {(random.Next(2) == 0 ? "echo-request" : "echo-reply")}",
            "gre" => $"in eth0 gre {source} {destination}",
            _ => $"in eth0 {protocol} {source}:{Port()} {destination}:{Port()}",
        };
        int cut = random.Next(30);
        text += random.Next(8) switch
        {
            0 => " frag 0",
            1 => $" frag {1 + random.Next(3)}",
            2 => $" len {(family == Family.IPv4 ? 20 : 40) + cut}",
            _ => "",
        };
        return PacketDescription.TryParse(text, out PacketDescription? description, out DescriptionError? error)
            ? description.Packet
            : throw new InvalidOperationException($"{text}: {error}");
    }

    private static UInt128 Six(string text) => AddressText.Parse(Family.IPv6, text);

    private string Part(char part) => part switch
    {
        'a' => AddressText.Format(family, Near()),
        'n' => Network(),
        'b' => $"{Port()}",
        _ => PortOfElement(),
    };

    private string Network()
    {
        int prefix = 1 + random.Next(Width);
        UInt128 rest = (UInt128.One << (Width - prefix)) - 1;
        return $"{AddressText.Format(family, Near() & ~rest)}/{prefix}";
    }

    private string PortOfElement()
    {
        string protocol = Protocols[random.Next(Protocols.Length)];
        return protocol switch
        {
            "gre" => "gre:0",
            "icmp" => family == Family.IPv4 ? $"icmp:{(random.Next(2) == 0 ? 8 : 0)}/0" : $"icmpv6:{128 + random.Next(2)}/0",
            _ when random.Next(4) == 0 => $"{protocol}:1-3",
            _ => $"{protocol}:{Port()}",
        };
    }

    private int Port() => 1 + random.Next(4);

    /// <summary>One of the addresses, most often with a bit changed.</summary>
    private UInt128 Near()
    {
        UInt128 address = _addresses[random.Next(_addresses.Length)];
        return random.Next(4) == 0 ? address : address ^ (UInt128.One << random.Next(Width == 32 ? 24 : 96));
    }

    private string End() => family == Family.IPv4 ? AddressText.Format(family, Near()) : $"[{AddressText.Format(family, Near())}]";
}
