using MiniFirewall.Packets.Text;
using Xunit;

namespace MiniFirewall.Tests.Packets;

public sealed class BadDescriptionTests
{
    private const string Form = "write 'in IF', 'out IF' or 'forward IF IF', then a protocol, a source and a destination";
    private const string Protocols = "write tcp, udp, icmp, icmpv6, another protocol's name or 'proto N'";
    private const string Addresses = "write 10.0.0.5, 10.0.0.5:22, 2001:db8::1 or [2001:db8::1]:22";
    private const string Flags = "write a list of FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, or ALL, or NONE";
    private const string Extras = "what may follow is syn, flags LIST, new, established, related, invalid, untracked, reply, len N, ttl N, mark N, frag N";

    [Theory]
    [InlineData("", "column 1: the direction is missing; " + Form)]
    [InlineData("inn eth0", "column 1: 'inn' is not a direction; write in, out or forward")]
    [InlineData("in", "column 3: the interface is missing; " + Form)]
    [InlineData("forward eth0", "column 13: the interface is missing; " + Form)]
    [InlineData("in eth0123456789012", "column 4: 'eth0123456789012' is not an interface's name; write a name such as eth0, at most 15 characters")]
    [InlineData("in eth/0", "column 4: 'eth/0' is not an interface's name; write a name such as eth0, at most 15 characters")]
    [InlineData("in eth0", "column 8: the protocol is missing; " + Protocols)]
    [InlineData("in eth0 tpc 1.2.3.4 5.6.7.8", "column 9: 'tpc' is not a protocol known here; " + Protocols)]
    [InlineData("in eth0 proto", "column 14: the number after 'proto' is missing; write proto 0 to 255")]
    [InlineData("in eth0 proto 256", "column 15: '256' is no number for proto; write 0 to 255")]
    [InlineData("in eth0 tcp", "column 12: the source is missing; write an address, with its port where the protocol has ports: 10.0.0.5:22 or [2001:db8::1]:22")]
    [InlineData("in eth0 tcp 1.2.3.4 ", "column 20: the destination is missing; write an address, with its port where the protocol has ports: 10.0.0.5:22 or [2001:db8::1]:22")]
    [InlineData("in eth0 tcp 1.2.3 5.6.7.8:9", "column 13: '1.2.3' is not an address; " + Addresses)]
    [InlineData("in eth0 tcp [fd00::1:5 5.6.7.8:9", "column 13: '[fd00::1:5' is not an address; " + Addresses)]
    [InlineData("in eth0 tcp [1.2.3.4]:5 5.6.7.8:9", "column 13: '[1.2.3.4]:5' is not an address; " + Addresses)]
    [InlineData("in eth0 tcp 1.2.3.4:x 5.6.7.8:9", "column 21: 'x' is not a port; write a number from 0 to 65535")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:65536", "column 29: '65536' is not a port; write a number from 0 to 65535")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8: ", "column 29: '' is not a port; write a number from 0 to 65535")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8", "column 28: the destination port of tcp is missing; write it after the address: 10.0.0.5:22 or [2001:db8::1]:22")]
    [InlineData("in eth0 tcp 1.2.3.4 [fd00::1]:5", "column 21: '1.2.3.4' and '[fd00::1]:5' are of different families; write two IPv4 or two IPv6 addresses")]
    [InlineData("in eth0 icmp 1.2.3.4:1 5.6.7.8", "column 22: icmp has no ports; write 1.2.3.4")]
    [InlineData("in eth0 proto 99 1.2.3.4 5.6.7.8:1", "column 34: protocol 99 has no ports; write 5.6.7.8")]
    [InlineData("in eth0 icmp fd00::1 fd00::2", "column 14: icmp goes with IPv4 addresses; write icmpv6")]
    [InlineData("in eth0 icmpv6 1.2.3.4 5.6.7.8", "column 16: icmpv6 goes with IPv6 addresses; write icmp")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 sin", "column 31: 'sin' is not known here; " + Extras)]
    [InlineData("in eth0 udp 1.2.3.4 5.6.7.8:9 syn", "column 31: 'syn' is for tcp, and this packet is udp; leave it out")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 syn flags ACK", "column 35: 'flags' says again what an earlier word said; leave one of them out")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 new established", "column 35: 'established' says again what an earlier word said; leave one of them out")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 flags", "column 36: the list after 'flags' is missing; " + Flags)]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 flags SYN,ack", "column 37: 'ack' is not a TCP flag; " + Flags)]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 ttl 256", "column 35: '256' is no number for ttl; write 0 to 255")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 len 19", "column 35: '19' is no number for len; write 20 to 65535")]
    [InlineData("in eth0 tcp fd00::1 [fd00::2]:9 len 39", "column 37: '39' is no number for len; write 40 to 65535")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 frag 8192", "column 36: '8192' is no number for frag; write 0 to 8191")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 mark -1", "column 36: '-1' is no number for mark; write 0 to 4294967295")]
    [InlineData("in eth0 tcp 1.2.3.4 5.6.7.8:9 mark 0x1ffffffff", "column 36: '0x1ffffffff' is no number for mark; write 0 to 4294967295")]
    [InlineData("in eth0 icmp 1.2.3.4 5.6.7.8 echo", "column 30: 'echo' is neither an icmp type nor a word known here; write a type such as echo-request, or TYPE[/CODE] in numbers from 0 to 255")]
    [InlineData("in eth0 icmp 1.2.3.4 5.6.7.8 8/256", "column 30: '8/256' is neither an icmp type nor a word known here; write a type such as echo-request, or TYPE[/CODE] in numbers from 0 to 255")]
    [InlineData("in eth0 icmp 1.2.3.4 5.6.7.8 8 0", "column 32: '0' says again what an earlier word said; leave one of them out")]
    public void The_error_tells_the_place_the_cause_and_the_cure(string text, string message)
    {
        Assert.False(PacketDescription.TryParse(text, out _, out DescriptionError? error));
        Assert.Equal(message, error.ToString());
    }
}
