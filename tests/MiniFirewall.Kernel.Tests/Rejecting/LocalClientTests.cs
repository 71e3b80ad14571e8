using System.Net.Sockets;
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

    // The drop itself is EPERM for send(2), which is AccessDenied as EACCES is.
    [Theory]
    [InlineData("icmp-port-unreachable", SocketError.ConnectionRefused)]
    [InlineData("icmp-net-unreachable", SocketError.NetworkUnreachable)]
    [InlineData("icmp-host-unreachable", SocketError.HostUnreachable)]
    [InlineData("icmp-proto-unreachable", SocketError.ProtocolOption)]
    [InlineData("icmp-net-prohibited", SocketError.NetworkUnreachable)]
    [InlineData("icmp-host-prohibited", SocketError.HostUnreachable)]
    [InlineData("icmp-admin-prohibited", SocketError.HostUnreachable)]
    [InlineData("tcp-reset", SocketError.ConnectionRefused)]
    public void IPv4(string word, SocketError error) => Compare(Family.IPv4, word, error, RejectTwin.ServerV4, "127.0.0.1");

    [Theory]
    [InlineData("icmp6-port-unreachable", SocketError.ConnectionRefused)]
    [InlineData("icmp6-no-route", SocketError.NetworkUnreachable)]
    [InlineData("icmp6-adm-prohibited", SocketError.AccessDenied)]
    [InlineData("icmp6-addr-unreachable", SocketError.HostUnreachable)]
    [InlineData("icmp6-policy-fail", SocketError.AccessDenied)]
    [InlineData("icmp6-reject-route", SocketError.AccessDenied)]
    [InlineData("tcp-reset", SocketError.ConnectionRefused)]
    public void IPv6(string word, SocketError error) => Compare(Family.IPv6, word, error, RejectTwin.ServerV6, "::1");

    private void Compare(Family family, string word, SocketError error, string remote, string loopback)
    {
        // What may pass again soon is no error to a datagram socket that did not ask for it (icmp_err_convert, tab_unreach).
        string ofDatagrams = word is "icmp-net-unreachable" or "icmp-host-unreachable" or "icmp6-no-route" or "icmp6-addr-unreachable" ? "silence" : $"{error}";
        bool isReset = word == "tcp-reset";
        string datagrams = isReset ? "DROP" : $"REJECT --reject-with {word}";
        string[] rules =
        [
            $"-A OUTPUT -p tcp -m tcp --dport {TcpPort} -j REJECT --reject-with {word}",
            $"-A OUTPUT -p udp -m udp --dport {UdpPort} -j {datagrams}",
            $"-A INPUT -p tcp -m tcp --dport {LoopbackTcpPort} -j REJECT --reject-with {word}",
            $"-A INPUT -p udp -m udp --dport {LoopbackUdpPort} -j {datagrams}",
        ];

        string expected = isReset
            ? $"{error}, AccessDenied/silence, {error}, Success/silence"
            : $"{error}, AccessDenied/{ofDatagrams}, {error}, Success/{ofDatagrams}";
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
