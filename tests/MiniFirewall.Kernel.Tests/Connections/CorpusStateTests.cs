using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// Real rule files with the rules that ask for states, before packets at the borders of their rules, their answers, and the packets
/// again: the kernel's iptables with nf_conntrack, and miniFirewall with its own tracking.
/// </summary>
public sealed class CorpusStateTests(ITestOutputHelper output)
{
    [Fact]
    public void Real_files_judge_connections_as_iptables_does()
    {
        CorpusFile[] files = [.. CorpusFile.All(SharedData.Folder("corpus"), keepsStates: true).Where(file => file.AsksState).Where((_, number) => number % Budget.CorpusStep == 0)];
        int compared = 0, left = 0;
        foreach (CorpusFile file in files)
        {
            compared += CorpusComparison.Run(file, HasStates, Exchange);
            left += file.LeftOut.Length;
        }

        output.WriteLine($"{files.Length} files, {left} rules left out, {compared} packets met their hooks, every verdict and counter compared, 0 differences");
        Assert.True(compared > files.Length * Budget.CorpusPackets / 3, $"only {compared} packets were compared");
    }

    /// <summary>States of SCTP are not followed, and from Linux 7 on those of UDP-Lite are others (docs/connections.md).</summary>
    private static bool HasStates(Packet packet) =>
        packet.Transport.Protocol != IpProtocol.Sctp && (packet.Transport.Protocol != IpProtocol.UdpLite || Environment.OSVersion.Version.Major < 7);

    private static IEnumerable<Packet> Exchange(Packet packet)
    {
        bool isPlain = packet.Bytes.Length >= (packet.Family == Family.IPv4 ? 28 : 48);
        return isPlain ? [packet, Answer.To(packet), packet] : [packet];
    }
}
