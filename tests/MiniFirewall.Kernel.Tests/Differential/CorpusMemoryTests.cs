using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
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

    /// <summary>The same packets each time; others with MINIFW_CORPUS_SEED, in CsCheck's form.</summary>
    private static string Seed => Environment.GetEnvironmentVariable("MINIFW_CORPUS_SEED") is { Length: > 0 } seed ? seed : "4lYCS8oLH8V3";

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

            compared += Compare(file);
            rules += file.Lines.Count(line => line[0] == '-');
        }

        output.WriteLine($"{files.Length} files, {rules} rules, {files.Sum(file => file.LeftOut.Length)} left out, {compared} packets met their hooks, every verdict and counter compared, 0 differences");
        Assert.True(compared > files.Length * Budget.CorpusPackets / 3, $"only {compared} packets were compared");
    }

    private static int Compare(CorpusFile file)
    {
        using var kernel = new IptablesFirewall(file.Interfaces);
        using var own = new EngineFirewall(file.Interfaces);
        kernel.Load(file.Texts);
        own.Load(file.Texts);

        // Checksums of packets that are made up are as they come; the kernel looks at PREROUTING, miniFirewall does not see packets there.
        kernel.Device.Namespace.SetSystemControl("netfilter/nf_conntrack_checksum", "0");
        int compared = 0;
        Scenario.RealPacket(RuleEdges.Of(file.Texts.Whole), file.Interfaces, [file.Family]).Array[Budget.CorpusPackets / 3].Sample(
            packets => compared += packets.Where(HasStates).SelectMany(Again).Where(Device.CanMeet).Count(packet => Meets(kernel, own, file, packet)),
            seed: Seed, iter: 1, threads: 1);
        return compared;
    }

    /// <summary>States of SCTP and of PPTP's GRE are not followed (docs/connections.md).</summary>
    private static bool HasStates(Packet packet) => Device.CanMeet(packet) && packet.Transport.Protocol is not (IpProtocol.Sctp or Gre);

    /// <summary>Three times, so that bursts end and lists are met again.</summary>
    private static IEnumerable<Packet> Again(Packet packet) => [packet, packet, packet];

    private static bool Meets(IptablesFirewall kernel, EngineFirewall own, CorpusFile file, Packet packet)
    {
        Observation? expected = kernel.Judge(packet), seen = own.Judge(packet);
        Assert.True(
            expected is null ? seen is null : expected.Equals(seen),
            FailingCase.Print(
                file.Texts.Whole, packet, ("on", $"{file.Name} {packet.Hook} {packet.InInterface} {packet.OutInterface}"), ("the kernel", $"{expected}"), ("miniFirewall", $"{seen}")));
        return expected is not null;
    }
}
