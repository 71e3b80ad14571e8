using System.Net;
using System.Net.Sockets;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Kernel.Tests.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Lockout;

public sealed class SocketCountsTests
{
    [Theory]
    [InlineData("tcp", "TCP: inuse 0 orphan 0 tw 0 alloc 3 mem 53", false)]
    [InlineData("tcp", "TCP: inuse 2 orphan 0 tw 0 alloc 3 mem 53", true)]
    [InlineData("udp", "UDP: inuse 0 mem 256", false)]
    [InlineData("udp6", "UDP6: inuse 1", true)]
    [InlineData("tcp6", "TCP6: inuse 0", false)]
    [InlineData("tcp", "TCP: orphan 0", true)]
    [InlineData("tcp", "TCP: inuse many", true)]
    [InlineData("tcp", "TCP: inuse", true)]
    [InlineData("tcp", "UDP: inuse 0", true)]
    public void Only_a_count_of_zero_says_that_there_is_none(string kind, string line, bool may) =>
        Assert.Equal(may, SocketCounts.MayHave(["sockets: used 22", line], kind));

    [Fact]
    public void A_connection_of_the_namespace_is_seen_with_its_first_socket()
    {
        using var place = new TestNamespace();
        Command.Run("ip", "-n", place.Name, "link", "set", "lo", "up");
        place.Run(() =>
        {
            Assert.False(SocketCounts.MayHave("tcp"));
            Assert.Empty(OpenSocket.ReadAll());
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            using var client = new TcpClient();
            client.Connect((IPEndPoint)listener.LocalEndpoint);
            Assert.True(SocketCounts.MayHave("tcp"));
            Assert.Equal(2, OpenSocket.ReadAll().Count);
        });
    }
}
