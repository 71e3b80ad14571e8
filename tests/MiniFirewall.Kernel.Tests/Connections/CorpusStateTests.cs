using CsCheck;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// Real rule files with the rules that ask for states, before packets at the borders of their rules, their answers, and the packets
/// again: the kernel's iptables with nf_conntrack, and miniFirewall with its own tracking.
/// </summary>
public sealed class CorpusStateTests(ITestOutputHelper output)
{
    /// <summary>The same packets each time; others with MINIFW_CORPUS_SEED, in CsCheck's form.</summary>
    private static string Seed => Environment.GetEnvironmentVariable("MINIFW_CORPUS_SEED") is { Length: > 0 } seed ? seed : "4lYCS8oLH8V3";

    [Fact]
    public void Real_files_judge_connections_as_iptables_does()
    {
        CorpusFile[] files = [.. CorpusFile.All(SharedData.Folder("corpus"), keepsStates: true).Where(file => file.AsksState).Where((_, number) => number % Budget.CorpusStep == 0)];
        int compared = 0, left = 0;
        foreach (CorpusFile file in files)
        {
            compared += Compare(file);
            left += file.LeftOut.Length;
        }

        output.WriteLine($"{files.Length} files, {left} rules left out, {compared} packets met their hooks, every verdict and counter compared, 0 differences");
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
            packets => compared += packets.Where(HasStates).SelectMany(Exchange).Where(Device.CanMeet).Count(packet => Meets(kernel, own, file, packet)),
            seed: Seed, iter: 1, threads: 1);
        return compared;
    }

    /// <summary>States of SCTP are not followed (docs/connections.md).</summary>
    private static bool HasStates(Packet packet) => Device.CanMeet(packet) && packet.Transport.Protocol != IpProtocol.Sctp;

    private static IEnumerable<Packet> Exchange(Packet packet)
    {
        bool isPlain = packet.Bytes.Length >= (packet.Family == Family.IPv4 ? 28 : 48);
        return isPlain ? [packet, Answer.To(packet), packet] : [packet];
    }

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
