using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// IPv6 packets with more extension headers than new kernels look at (7.2.13: IP6_MAX_EXT_HDRS_CNT, include/net/ipv6.h), which then drop
/// them at a rule that names a protocol or looks for a header; miniFirewall, and kernels before, go on.
/// </summary>
internal static class ManyHeaders
{
    private const int Most = 12;

    private static readonly Lazy<bool> s_kernelDropsThem = new(KernelDropsThem);

    /// <summary>Whether this kernel's own tables mean the same by the packet as miniFirewall.</summary>
    internal static bool AreJudgedAlike(Packet packet) => ExtensionChain.Of(packet).Count <= Most || !s_kernelDropsThem.Value;

    private static bool KernelDropsThem()
    {
        byte[] bytes = (IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2") with
        {
            Extensions = [.. Enumerable.Repeat(new OptionsExtension(IPv6HeaderNumber.DestinationOptions, 0), Most + 1)],
        }).Carry(new UdpDatagram(1000, 53));
        using var iptables = new IptablesFirewall(["eth0"]);
        iptables.Load(RuleTexts.Of([Family.IPv6], ["-A INPUT -p udp -j ACCEPT"]));
        return iptables.Judge(new Packet(Family.IPv6, Hook.LocalIn, bytes) { InInterface = "eth0" }) is { Passed: false };
    }
}
