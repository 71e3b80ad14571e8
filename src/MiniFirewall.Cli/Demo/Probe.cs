using System.Net;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Cli.Demo;

internal enum ProbeProtocol
{
    Tcp,
    Udp,
    Icmp,
}

/// <summary>One thing tried in the sandbox, and what the eight rules say of it.</summary>
/// <param name="From">Role of the namespace that sends.</param>
/// <param name="Target">The name or role that a reader knows the address by.</param>
/// <param name="Port">Destination port; 0 for ICMP.</param>
/// <param name="Chain">The client's chain that judges the first packet.</param>
/// <param name="Rule">Number of the rule that decides, from 1; 0 for the chain's policy.</param>
internal sealed record Probe(ProbeProtocol Protocol, string From, string Target, IPAddress Address, int Port, Verdict Expected, string Chain, int Rule)
{
    internal Family Family => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? Family.IPv4 : Family.IPv6;

    internal bool IsInbound => Chain == "INPUT";

    internal string Service => Protocol == ProbeProtocol.Icmp ? "icmp echo" : $"{Protocol.ToString().ToLowerInvariant()} {Port}";
}
