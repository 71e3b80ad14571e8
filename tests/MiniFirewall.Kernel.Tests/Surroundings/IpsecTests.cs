using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>-m policy before packets that the kernel's IPsec wraps and unwraps: ESP that enciphers nothing, between two namespaces.</summary>
public sealed class IpsecTests : IDisposable
{
    private readonly Neighbours _places = new();

    public static TheoryData<Family, string> Modes => new(from family in Enum.GetValues<Family>() from mode in new[] { "transport", "tunnel" } select (family, mode));

    public void Dispose() => _places.Dispose();

    [Theory]
    [MemberData(nameof(Modes))]
    public void States_of_real_packets_are_as_iptables_finds_them(Family family, string mode)
    {
        (string host, string neighbour, string tunnels) = family == Family.IPv4 ? ("192.0.2.1", "192.0.2.2", "192.0.2.0/24") : ("2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::/64");
        Assert.SkipUnless(MakeStates(host, neighbour, mode), "this kernel has no ESP (CONFIG_INET_ESP)");
        using var firewalls = new SideBySide(_places.Host, family);
        string[] asked =
        [
            "", "--reqid 7", "--reqid 8", "! --reqid 7", "--spi 0x101", "--spi 0x2010000", "! --spi 0x1010000", "--proto esp", "--proto ah", "--mode tunnel", "--mode transport", "--strict --reqid 7 --proto esp",
            "--strict --spi 0x2010000 --mode " + mode, "--strict --reqid 8 --next --reqid 8", $"--mode tunnel --tunnel-src {host}", $"--mode tunnel --tunnel-dst {host}", $"--mode tunnel ! --tunnel-dst {tunnels}",
        ];
        firewalls.Load([.. asked.SelectMany(states => new[] { $"-A INPUT -p udp -m policy --dir in --pol ipsec {states}", $"-A OUTPUT -p udp -m policy --dir out --pol ipsec {states}" })]);
        IReadOnlyDictionary<CounterPlace, ulong> counts = firewalls.Count(() =>
        {
            Neighbours.Send(_places.Host, neighbour);
            Neighbours.Send(_places.Neighbour, host);
            Neighbours.Send(_places.Host, family == Family.IPv4 ? "127.0.0.1" : "::1");
        });
        Assert.Equal(1ul, counts.GetValueOrDefault(new CounterPlace("INPUT", 1)));
        Assert.Equal(1ul, counts.GetValueOrDefault(new CounterPlace("INPUT", 3)));
        Assert.Equal(1ul, counts.GetValueOrDefault(new CounterPlace("OUTPUT", 2)));
        Assert.Equal(0ul, counts.GetValueOrDefault(new CounterPlace("OUTPUT", 3)));
        Assert.Equal(mode == "tunnel" ? 1ul : 0ul, counts.GetValueOrDefault(new CounterPlace("INPUT", 10)));
        Assert.Equal(mode == "tunnel" ? 1ul : 0ul, counts.GetValueOrDefault(new CounterPlace("OUTPUT", 15)));
    }

    /// <summary>The host sends by request 7 and index 0x101, the neighbour by 8 and 0x102. False where the kernel cannot.</summary>
    private bool MakeStates(string host, string neighbour, string mode)
    {
        string states = $"""
            xfrm state add src {host} dst {neighbour} proto esp spi 0x101 reqid 7 mode {mode} auth digest_null "" enc ecb(cipher_null) ""
            xfrm state add src {neighbour} dst {host} proto esp spi 0x102 reqid 8 mode {mode} auth digest_null "" enc ecb(cipher_null) ""

            """;
        try
        {
            _places.Host.Execute("ip", ["-batch", "-"], states + Policies(host, neighbour, 7, 8, mode));
            _places.Neighbour.Execute("ip", ["-batch", "-"], states + Policies(neighbour, host, 8, 7, mode));
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("Requested type not found", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static string Policies(string own, string other, int goes, int comes, string mode)
    {
        string ends = mode == "tunnel" ? $"src {own} dst {other} " : "", back = mode == "tunnel" ? $"src {other} dst {own} " : "";
        return $"""
            xfrm policy add src {own} dst {other} proto udp dir out tmpl {ends}proto esp reqid {goes} mode {mode}
            xfrm policy add src {other} dst {own} proto udp dir in tmpl {back}proto esp reqid {comes} mode {mode}

            """;
    }
}
