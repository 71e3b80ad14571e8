using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>Random sets with time, counters and comments, rules that ask and change them, and packets from few addresses and ports.</summary>
internal sealed class DynamicSetScenario(Random random, Family family)
{
    /// <summary>Parts: a an address, n a network, p a port, b a plain port.</summary>
    private static readonly (string Type, string Parts)[] Types =
    [
        ("hash:ip", "a"), ("hash:net", "n"), ("hash:ip,port", "ap"), ("hash:net,port", "np"), ("hash:ip,port,ip", "apa"),
        ("hash:ip,port,net", "apn"), ("bitmap:port", "b"), ("hash:net,net", "nn"), ("hash:net,port,net", "npn"),
    ];

    private static readonly string[] Protocols = ["tcp", "udp", "icmp", "gre"];

    private int Width => family == Family.IPv4 ? 32 : 128;

    /// <summary>Of an element that a set begins with, unless it outlives the test.</summary>
    internal const int MostSeconds = 4;

    /// <param name="inKernel">Only types that this kernel has, and no element whose time ends while packets come.</param>
    internal RuleTexts Rules(bool inKernel)
    {
        var sets = new System.Text.StringBuilder();
        var rules = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            (string type, string parts) = Types[random.Next(inKernel ? Types.Length - 2 : Types.Length)];
            bool hasTime = random.Next(3) > 0, counts = random.Next(4) > 0;
            string kind = type == "bitmap:port" ? "range 1-1003" : $"family {(family == Family.IPv4 ? "inet" : "inet6")} maxelem {(inKernel ? 1000 : 3 + random.Next(8))}";
            sets.Append($"create s{i} {type} {kind}{(hasTime ? $" timeout {(inKernel ? 5000 : random.Next(6))}" : "")}{(counts ? " counters" : "")}{(random.Next(3) == 0 ? " comment" : "")}\n");
            for (int n = random.Next(inKernel ? 6 : 3); n > 0; n--)
            {
                string nomatch = parts.Contains('n', StringComparison.Ordinal) && random.Next(4) == 0 ? " nomatch" : "";
                string time = hasTime ? $" timeout {(inKernel ? 1000 : random.Next(MostSeconds + 1))}" : "";
                sets.Append($"add s{i} {string.Join(',', parts.Select(Part))}{time}{(counts ? $" packets {random.Next(5)} bytes 100" : "")}{nomatch} -exist\n");
            }

            for (int n = 0; n < 4; n++)
            {
                rules.Add("-A INPUT " + Rule($"s{i} {Directions(parts)}", parts, hasTime));
            }
        }

        return RuleTexts.Of([family], rules.OrderBy(_ => random.Next())).WithSets(sets.ToString());
    }

    internal Packet Packet(ulong now = 0)
    {
        string protocol = Protocols[random.Next(Protocols.Length)];
        string ends = protocol switch
        {
            "icmp" => $"{(family == Family.IPv4 ? "icmp" : "icmpv6")} {End()} {End()} echo-request",
            "gre" => $"gre {End()} {End()}",
            _ => $"{protocol} {End()}:{Port()} {End()}:{Port()}",
        };
        string text = $"in eth0 {ends}{(random.Next(12) == 0 ? " frag 1" : "")}";
        Packet packet = PacketDescription.TryParse(text, out PacketDescription? description, out DescriptionError? error)
            ? description.Packet
            : throw new InvalidOperationException($"{text}: {error}");
        return new(family, Hook.LocalIn, packet.Bytes) { InInterface = "eth0", Clock = new KernelClock(now, KernelClock.UsualHertz) };
    }

    private string Rule(string set, string parts, bool hasTime) => random.Next(6) switch
    {
        0 => $"-j SET --add-set {set}{(random.Next(2) == 0 ? " --exist" : "")}{(hasTime && random.Next(2) == 0 ? $" --timeout {900 + random.Next(3)}" : "")}",
        1 => $"-j SET --del-set {set}",
        2 => $"-m set {Not()}--match-set {set} {Not()}--packets-eq {random.Next(8)}",
        3 => $"-m set {Not()}--match-set {set} ! --update-counters --packets-gt {random.Next(5)} --bytes-lt {random.Next(900)}",
        4 when parts.Contains('n', StringComparison.Ordinal) => $"-m set {Not()}--match-set {set} --return-nomatch",
        _ => $"-m set {Not()}--match-set {set}",
    };

    private string Not() => random.Next(4) == 0 ? "! " : "";

    private string Directions(string parts) =>
        string.Join(',', Enumerable.Range(0, Math.Max(1, parts.Length + (random.Next(8) == 0 ? random.Next(-1, 2) : 0))).Select(_ => random.Next(2) == 0 ? "src" : "dst"));

    private UInt128 Address() => family == Family.IPv4
        ? 0xc6336400u + (uint)(random.Next(4) * 0x4001)
        : AddressText.Parse(Family.IPv6, "2001:db8:1::") + ((UInt128)random.Next(4) << 70) + (uint)random.Next(2);

    private string End()
    {
        string text = AddressText.Format(family, Address());
        return family == Family.IPv6 ? $"[{text}]" : text;
    }

    private int Port() => 1000 + random.Next(5);

    private string Part(char part) => part switch
    {
        'a' => AddressText.Format(family, Address()),
        'n' => Network(Width - (random.Next(3) * (family == Family.IPv4 ? 8 : 35))),
        'b' => $"{Math.Min(1003, Port())}",
        _ => $"{(random.Next(2) == 0 ? "tcp" : "udp")}:{Port()}",
    };

    private string Network(int prefix) => $"{AddressText.Format(family, Address() >> (Width - prefix) << (Width - prefix))}/{prefix}";
}
