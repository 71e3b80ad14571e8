using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>What local programs are told: of what OUTPUT rejects, and of what INPUT rejects on the loopback interface.</summary>
public sealed class LocalClientTests : IDisposable
{
    private const int TcpPort = 7001, UdpPort = 7002, LoopbackTcpPort = 7003, LoopbackUdpPort = 7004;

    private readonly IptablesTwin _iptables = new();
    private readonly MinifwTwin _minifw = new();

    public void Dispose()
    {
        _iptables.Dispose();
        _minifw.Dispose();
    }

    // The numbers are errno's: 1 EPERM, 13 EACCES, 92 ENOPROTOOPT, 101 ENETUNREACH, 111 ECONNREFUSED, 113 EHOSTUNREACH.
    [Theory]
    [InlineData("icmp-port-unreachable", "111")]
    [InlineData("icmp-net-unreachable", "101")]
    [InlineData("icmp-host-unreachable", "113")]
    [InlineData("icmp-proto-unreachable", "92")]
    [InlineData("icmp-net-prohibited", "101")]
    [InlineData("icmp-host-prohibited", "113")]
    [InlineData("icmp-admin-prohibited", "113")]
    [InlineData("tcp-reset", "111")]
    public void IPv4(string word, string error) => Compare(Family.IPv4, word, error, RejectTwin.ServerV4, "127.0.0.1");

    [Theory]
    [InlineData("icmp6-port-unreachable", "111")]
    [InlineData("icmp6-no-route", "101")]
    [InlineData("icmp6-adm-prohibited", "13")]
    [InlineData("icmp6-addr-unreachable", "113")]
    [InlineData("icmp6-policy-fail", "13")]
    [InlineData("icmp6-reject-route", "13")]
    [InlineData("tcp-reset", "111")]
    public void IPv6(string word, string error) => Compare(Family.IPv6, word, error, RejectTwin.ServerV6, "::1");

    private void Compare(Family family, string word, string error, string remote, string loopback)
    {
        bool isReset = word == "tcp-reset";
        string datagrams = isReset ? "DROP" : $"REJECT --reject-with {word}";
        string[] rules =
        [
            $"-A OUTPUT -p tcp -m tcp --dport {TcpPort} -j REJECT --reject-with {word}",
            $"-A OUTPUT -p udp -m udp --dport {UdpPort} -j {datagrams}",
            $"-A INPUT -p tcp -m tcp --dport {LoopbackTcpPort} -j REJECT --reject-with {word}",
            $"-A INPUT -p udp -m udp --dport {LoopbackUdpPort} -j {datagrams}",
        ];

        string expected = isReset ? $"{error}, 1 time, {error}, 0 time" : $"{error}, 1 {error}, {error}, 0 {error}";
        foreach (RejectTwin twin in (RejectTwin[])[_iptables, _minifw])
        {
            twin.Load(family, rules);
            string seen = twin.Namespace.Run(() => string.Join(", ",
                LocalClient.Connect(remote, TcpPort), LocalClient.Exchange(remote, UdpPort),
                LocalClient.Connect(loopback, LoopbackTcpPort), LocalClient.Exchange(loopback, LoopbackUdpPort)));
            Assert.True(expected == seen, $"{twin.GetType().Name}, {word}: {seen}, not {expected}");
        }
    }
}
