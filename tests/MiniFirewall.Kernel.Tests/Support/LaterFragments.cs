using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>
/// Later fragments at a rule with tcpmss, or with ecn for TCP: kernels up to 6.18 take their bytes for a TCP header, as miniFirewall does, and drop what is cut;
/// 7.2 says that they do not match.
/// </summary>
internal static class LaterFragments
{
    /// <summary>TCP, the fragment that begins at byte 16, without bytes of its own.</summary>
    private static readonly byte[] s_fragment = Convert.FromHexString(
        "6000000000082C40" + "20010DB8000100000000000000000001" + "20010DB8000200000000000000000002" + "0600001100000007");

    private static readonly Lazy<bool> s_kernelPassesThem = new(AskKernel);

    /// <summary>Whether they do not match to this kernel.</summary>
    internal static bool KernelPassesThem => s_kernelPassesThem.Value;

    /// <summary>Whether this kernel's own tables mean the same by the packet as miniFirewall.</summary>
    internal static bool AreJudgedAlike(Packet packet, string rules) =>
        packet.Transport.FragmentOffset == 0 || !(rules.Contains("-m tcpmss", StringComparison.Ordinal) || rules.Contains("--ecn-tcp", StringComparison.Ordinal)) || !KernelPassesThem;

    private static bool AskKernel()
    {
        using var iptables = new IptablesFirewall(["eth0"]);
        iptables.Load(RuleTexts.Of([Family.IPv6], ["-A OUTPUT -p tcp -m tcpmss --mss 1:65535 -j ACCEPT"]));
        return iptables.Judge(new Packet(Family.IPv6, Hook.LocalOut, s_fragment) { OutInterface = "eth0" }) is { Passed: true };
    }
}
