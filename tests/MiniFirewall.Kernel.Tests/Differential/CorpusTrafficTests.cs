using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Real rule files before real packets at the borders of their rules: evaluator, the kernel's iptables and miniFirewall.</summary>
public sealed class CorpusTrafficTests(ITestOutputHelper output)
{
    [Fact]
    public void Real_files_judge_packets_as_iptables_does()
    {
        CorpusFile[] files = [.. CorpusFile.All(SharedData.Folder("corpus")).Where((_, number) => number % Budget.CorpusStep == 0)];
        int compared = 0, rules = 0, left = 0;
        foreach (CorpusFile file in files)
        {
            foreach (string line in file.LeftOut)
            {
                output.WriteLine($"{file.Name}: left out: {line}");
            }

            compared += Compare(file);
            rules += file.Lines.Count(line => line[0] == '-');
            left += file.LeftOut.Length;
        }

        output.WriteLine($"{files.Length} files, {rules} rules, {left} left out, {compared} packets met their hooks, every verdict and counter compared, 0 differences");
        Assert.True(compared > files.Length * Budget.CorpusPackets / 3, $"only {compared} packets were compared");
    }

    private static int Compare(CorpusFile file)
    {
        using var ways = new ThreeWays(file.Interfaces) { HasEvaluator = !file.AsksSurroundings };
        ways.Load(file.Texts);
        int compared = 0;
        Scenario.RealPacket(RuleEdges.Of(file.Texts.Whole), file.Interfaces, [file.Family]).Array[Budget.CorpusPackets].Sample(
            packets => compared += packets.Where(Device.CanMeet).Count(ways.Arrives),
            iter: 1, threads: 1);
        return compared;
    }
}
