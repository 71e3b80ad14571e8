using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// IPv6 packets whose extension headers claim to end behind the packet. Kernels of late 2026 (6.12.117, 7.2.13: "do not let
/// ipv6_find_hdr() return an offset past the packet end"), and miniFirewall, drop them at a rule that names a protocol or looks for a
/// header; kernels before take the last header's word for the protocol and go on.
/// </summary>
internal static class OverlongHeaders
{
    private static readonly Lazy<bool> s_kernelDropsThem = new(KernelDropsThem);

    /// <summary>Whether this kernel's own tables mean the same by the packet as miniFirewall.</summary>
    internal static bool AreJudgedAlike(Packet packet) => !Overruns(packet) || s_kernelDropsThem.Value;

    private static bool Overruns(Packet packet) => packet.Family == Family.IPv6 && ExtensionChain.Of(packet).End > packet.Bytes.Length;

    private static bool KernelDropsThem()
    {
        // An authentication header of 1024 bytes (RFC 4302: words of four, less two), of which there are twelve.
        byte[] bytes = IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2").Carry(new RawTransport(51) { Payload = [253, 254, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
        using var iptables = new IptablesFirewall(["eth0"]);
        iptables.Load(RuleTexts.Of([Family.IPv6], ["-A INPUT -p tcp -j ACCEPT"]));
        return iptables.Judge(new Packet(Family.IPv6, Hook.LocalIn, bytes) { InInterface = "eth0" }) is { Passed: false };
    }
}
