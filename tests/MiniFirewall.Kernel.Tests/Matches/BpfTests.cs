using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m bpf (iptables-extensions(8); net/netfilter/xt_bpf.c, net/core/filter.c): programs of classic BPF.</summary>
[Collection(MatchLab.Name)]
public sealed class BpfTests(MatchLab lab)
{
    private static readonly byte[] Packet = IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(new UdpDatagram(1000, 22) { Payload = [1, 2, 3, 4, 5] });

    [Theory]
    [InlineData("4,48 0 0 9,21 0 1 17,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0", Says.Miss)]
    [InlineData("1,6 0 0 1", Says.Match)]
    [InlineData("1,6 0 0 0", Says.Miss)]
    [InlineData("1,6 0 0 4294967295", Says.Match)]
    [InlineData("1,22 0 0 0", Says.Miss)]
    [InlineData("2,128 0 0 0,22 0 0 0", Says.Match)]
    [InlineData("4,128 0 0 0,21 0 1 33,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("4,32 0 0 12,21 0 1 3325256705,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("5,177 0 0 0,72 0 0 2,21 0 1 22,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("5,177 0 0 0,72 0 0 2,21 0 1 23,6 0 0 1,6 0 0 0", Says.Miss)]
    [InlineData("2,32 0 0 29,6 0 0 1", Says.Match)]
    [InlineData("2,32 0 0 30,6 0 0 1", Says.Miss)]
    [InlineData("2,80 0 0 32,6 0 0 1", Says.Match)]
    [InlineData("3,1 0 0 1,80 0 0 32,6 0 0 1", Says.Miss)]
    [InlineData("3,1 0 0 4294967295,80 0 0 33,6 0 0 1", Says.Match)]
    [InlineData("4,0 0 0 7,7 0 0 0,60 0 0 0,22 0 0 0", Says.Match)]
    [InlineData("3,0 0 0 7,60 0 0 0,6 0 0 1", Says.Miss)]
    [InlineData("6,0 0 0 5,2 0 0 3,0 0 0 6,97 0 0 3,12 0 0 0,22 0 0 0", Says.Match)]
    [InlineData("8,0 0 0 5,2 0 0 3,0 0 0 6,97 0 0 3,28 0 0 0,21 0 1 1,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("5,0 0 0 0,132 0 0 0,21 0 1 0,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("5,0 0 0 1,132 0 0 0,53 0 1 4294967295,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("5,0 0 0 2147483648,37 0 1 2147483647,6 0 0 1,6 0 0 0,6 0 0 0", Says.Match)]
    [InlineData("5,0 0 0 6,69 0 1 4,6 0 0 1,6 0 0 0,6 0 0 0", Says.Match)]
    [InlineData("6,0 0 0 1,1 0 0 33,108 0 0 0,21 0 1 2,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("3,5 0 0 1,6 0 0 0,6 0 0 1", Says.Match)]
    [InlineData("2,48 0 0 4293918720,22 0 0 0", Says.Match)]
    [InlineData("4,40 0 0 4294963200,21 0 1 2048,6 0 0 1,6 0 0 0", Says.Match)]
    [InlineData("6,1 0 0 3,0 0 0 5,32 0 0 4294963240,21 0 1 6,6 0 0 1,6 0 0 0", Says.Match)]
    public void Programs(string program, Says says) => lab.Check($"-m bpf --bytecode \"{program}\"", Family.IPv4, Packet, says);

    [Theory]
    [InlineData(7u, Says.Match)]
    [InlineData(8u, Says.Miss)]
    public void The_mark_can_be_asked_for(uint mark, Says says) => lab.Check(
        "-m bpf --bytecode \"4,32 0 0 4294963220,21 0 1 7,6 0 0 1,6 0 0 0\"",
        new Packet(Family.IPv4, Hook.LocalOut, Packet) { OutInterface = "eth0", Mark = mark }, says);
}
