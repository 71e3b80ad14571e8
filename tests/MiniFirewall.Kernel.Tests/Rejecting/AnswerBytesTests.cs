using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>What REJECT answers on the wire, byte for byte as the kernel's own, to the same packets.</summary>
public sealed class AnswerBytesTests : IDisposable
{
    /// <summary>Rules that match nothing here, more than straight code is made of.</summary>
    private static readonly string[] Others = [.. Enumerable.Range(0, 80).Select(i => $"-A {(i % 2 == 0 ? "INPUT" : "FORWARD")} -p tcp -m tcp --dport {10000 + i} -j DROP")];

    private readonly IptablesTwin _iptables = new();
    private readonly MinifwTwin _minifw = new();

    public void Dispose()
    {
        _iptables.Dispose();
        _minifw.Dispose();
    }

    [Theory]
    [InlineData("-j REJECT")]
    [InlineData("-j REJECT --reject-with icmp-net-unreachable")]
    [InlineData("-j REJECT --reject-with icmp-host-unreachable")]
    [InlineData("-j REJECT --reject-with icmp-proto-unreachable")]
    [InlineData("-j REJECT --reject-with icmp-port-unreachable")]
    [InlineData("-j REJECT --reject-with icmp-net-prohibited")]
    [InlineData("-j REJECT --reject-with icmp-host-prohibited")]
    [InlineData("-j REJECT --reject-with icmp-admin-prohibited")]
    [InlineData("-p tcp -j REJECT --reject-with tcp-reset")]
    public void IPv4(string rule)
    {
        Compare(Family.IPv4, rule, RejectedPackets.V4(RejectTwin.RouterV4));
        Compare(Family.IPv4, rule, RejectedPackets.V4(RejectTwin.ServerV4));
    }

    [Theory]
    [InlineData("-j REJECT")]
    [InlineData("-j REJECT --reject-with icmp6-no-route")]
    [InlineData("-j REJECT --reject-with icmp6-adm-prohibited")]
    [InlineData("-j REJECT --reject-with icmp6-addr-unreachable")]
    [InlineData("-j REJECT --reject-with icmp6-port-unreachable")]
    [InlineData("-j REJECT --reject-with icmp6-policy-fail")]
    [InlineData("-j REJECT --reject-with icmp6-reject-route")]
    [InlineData("-p tcp -j REJECT --reject-with tcp-reset")]
    public void IPv6(string rule)
    {
        Compare(Family.IPv6, rule, RejectedPackets.V6(RejectTwin.RouterV6));
        Compare(Family.IPv6, rule, RejectedPackets.V6(RejectTwin.ServerV6));
    }

    private void Compare(Family family, string rule, IEnumerable<(string Name, byte[] Bytes, bool IsBroadcast)> packets)
    {
        string[] rules = [$"-A INPUT -i left {rule}", $"-A FORWARD {rule}"];
        _iptables.Load(family, rules);
        var expected = packets.ToDictionary(packet => packet.Name, packet => string.Join('\n', _iptables.AnswersTo(family, [(packet.Bytes, packet.IsBroadcast)])));
        Assert.Contains(expected, answer => answer.Value.Length > 0);
        Assert.Contains(expected, answer => answer.Value.Length == 0);
        foreach (string[] list in (string[][])[rules, [.. Others, .. rules]])
        {
            _minifw.Load(family, list);
            string[] wrong = [.. packets.Select(packet => (packet.Name, Answers: string.Join('\n', _minifw.AnswersTo(family, [(packet.Bytes, packet.IsBroadcast)]))))
                .Where(packet => packet.Answers != expected[packet.Name])
                .Select(packet => $"{packet.Name}:\n  {Shown(packet.Answers)}\n  {Shown(expected[packet.Name])} by iptables")];
            Assert.True(wrong.Length == 0, $"{rule}, {list.Length} rules\n{string.Join('\n', wrong)}");
        }
    }

    private static string Shown(string answers) => answers.Length == 0 ? "nothing" : answers;
}
