using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>A real rule file that remembers, before the same packets in the same order: the kernel's iptables and miniFirewall.</summary>
internal static class CorpusComparison
{
    /// <summary>The same packets each time; others with MINIFW_CORPUS_SEED, in CsCheck's form.</summary>
    private static string Seed => Environment.GetEnvironmentVariable("MINIFW_CORPUS_SEED") is { Length: > 0 } seed ? seed : "4lYCS8oLH8V3";

    /// <summary>How many packets met their hooks; a verdict or counter that differs fails the test.</summary>
    /// <param name="isFollowed">Packets whose states both sides follow.</param>
    /// <param name="series">What is sent for a packet, in order.</param>
    internal static int Run(CorpusFile file, Func<Packet, bool> isFollowed, Func<Packet, IEnumerable<Packet>> series)
    {
        using var kernel = new IptablesFirewall(file.Interfaces);
        using var own = new EngineFirewall(file.Interfaces);
        kernel.Load(file.Texts);
        own.Load(file.Texts);

        // Checksums of packets that are made up are as they come; the kernel looks at PREROUTING, miniFirewall does not see packets there.
        kernel.Device.Namespace.SetSystemControl("netfilter/nf_conntrack_checksum", "0");
        int compared = 0;
        Scenario.RealPacket(RuleEdges.Of(file.Texts.Whole), file.Interfaces, [file.Family]).Array[Budget.CorpusPackets / 3].Sample(
            packets => compared += packets.Where(packet => IptablesFirewall.IsOracleFor(packet) && isFollowed(packet)).SelectMany(series)
                .Where(packet => IptablesFirewall.IsOracleFor(packet) && SegmentSizes.AreJudgedAlike(packet, file.Texts.Whole)).Count(packet => Meets(kernel, own, file, packet)),
            seed: Seed, iter: 1, threads: 1);
        return compared;
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
