using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Connections whose hash is one and the same, which nobody can choose who does not know the table's secret numbers, are told apart all the same.</summary>
public sealed class OneHashTests
{
    private static readonly Placement s_linear = new(4096, 4096);

    /// <summary>Each but the first differs from it in one part: that of a half of an address, a port or the protocol.</summary>
    [Theory]
    [InlineData(Family.IPv4, "10.0.0.2", "10.0.0.20", "10.0.0.3", "10.0.0.21")]
    [InlineData(Family.IPv4, "10.0.0.20", "10.0.0.2", "10.0.0.21", "10.0.0.3")]
    [InlineData(Family.IPv6, "2001:db8:0:1::2", "2001:db8:0:2::20", "2001:db8:0:1::3", "2001:db8:0:2::21")]
    [InlineData(Family.IPv6, "2001:db8:0:2::20", "2001:db8:0:1::2", "2001:db8:0:2::21", "2001:db8:0:1::3")]
    [InlineData(Family.IPv6, "2001:db8:0:1::2", "2001:db8:0:4::20", "2001:db8:0:3::2", "2001:db8:0:5::20")]
    [InlineData(Family.IPv6, "2001:db8:0:4::20", "2001:db8:0:1::2", "2001:db8:0:5::20", "2001:db8:0:3::2")]
    [InlineData(Family.IPv6, "fd00:0:0:1::2", "2001:db8:0:2::20", "fd00:0:0:1::3", "2001:db8:0:2::21")]
    [InlineData(Family.IPv6, "2001:db8:0:1::20", "2001:db8:0:1:8000::2", "2001:db8:0:1::21", "2001:db8:0:1:8000::3")]
    public void Connections_with_one_hash_are_told_apart(Family family, string client, string server, string otherClient, string otherServer)
    {
        using var twins = new TwinRouters();
        twins.ForgetSecrets();
        (PacketScript Script, string Port)[] flows =
        [
            (new(family, 5000) { Hosts = (client, server) }, ""),
            (new(family, 5000) { Hosts = (otherClient, server) }, ""),
            (new(family, 5000) { Hosts = (client, otherServer) }, ""),
            (new(family, 5001) { Hosts = (client, server) }, ""),
            (new(family, 5000) { Hosts = (client, server) }, " port 8081"),
        ];
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < flows.Length; i++)
            {
                foreach (string line in (string[])["> udp", "< udp", "> udp", $"{(round == 0 ? "> tcp S" : "> tcp A")} seq {round}", $"< tcp {(round == 0 ? "SA" : "A")} ack 1", "> tcp A seq 1 ack 1"])
                {
                    twins.Judge(flows[i].Script.Read(line + flows[i].Port)!, s_linear, $"round {round}, flow {i}: {line}");
                }
            }
        }

        (int connections, int hashes) = twins.CountHashes();
        Assert.Equal(2 * flows.Length, connections);
        Assert.InRange(hashes, 1, connections / 2);
    }
}
