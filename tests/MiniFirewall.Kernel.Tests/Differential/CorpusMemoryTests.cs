using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Real rule files with the rules that remember, before the same packets in the same order: the kernel's iptables and miniFirewall.
/// Times are taken out of the rules (<see cref="CorpusTimes"/>), so that a slow machine sees what a fast one does.
/// </summary>
public sealed class CorpusMemoryTests(ITestOutputHelper output)
{
    private const byte Gre = 47;

    [Fact]
    public void Real_files_remember_packets_as_iptables_does()
    {
        CorpusFile[] files =
        [
            .. CorpusFile.All(SharedData.Folder("corpus"), keepsStates: true, keepsAmounts: true).Where(file => file.AsksAmounts).Where((_, number) => number % Budget.CorpusStep == 0),
        ];
        int compared = 0, rules = 0;
        foreach (CorpusFile file in files)
        {
            foreach (string line in file.LeftOut)
            {
                output.WriteLine($"{file.Name}: left out: {line}");
            }

            compared += CorpusComparison.Run(file, HasStates, Again);
            rules += file.Lines.Count(line => line[0] == '-');
        }

        output.WriteLine($"{files.Length} files, {rules} rules, {files.Sum(file => file.LeftOut.Length)} left out, {compared} packets met their hooks, every verdict and counter compared, 0 differences");
        Assert.True(compared > files.Length * Budget.CorpusPackets / 3, $"only {compared} packets were compared");
    }

    /// <summary>States of SCTP and of PPTP's GRE are not followed (docs/connections.md).</summary>
    private static bool HasStates(Packet packet) => packet.Transport.Protocol is not (IpProtocol.Sctp or Gre);

    /// <summary>Three times, so that bursts end and lists are met again.</summary>
    private static IEnumerable<Packet> Again(Packet packet) => [packet, packet, packet];
}
