using System.Diagnostics;
using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Real rule files that reject, with minifw's service and in the kernel's iptables, before the same packets: what leaves, answers byte for
/// byte, and every counter of the filter table and of those around it.
/// </summary>
public sealed class CorpusAnswerTests(ITestOutputHelper output)
{
    /// <summary>A kernel sends packets of its own now and then; a difference is one that stays.</summary>
    private const int Tries = 3;

    private const int MostShown = 5;

    private readonly List<string> _differences = [];
    private int _packets, _answers, _answered, _withOptions;

    [Fact]
    public void Real_files_answer_packets_as_iptables_does()
    {
        CorpusFile[] files =
        [
            .. CorpusFile.All(SharedData.Folder("corpus"), keepsRejects: true)
                .Where(file => file.Lines.Any(line => line.Contains("-j REJECT", StringComparison.Ordinal)))
                .Where((_, number) => number % Budget.CorpusStep == 0),
        ];
        foreach (CorpusFile file in files)
        {
            Compare(file);
        }

        output.WriteLine($"{files.Length} files, {_packets} packets, {_answered} of them answered by {_answers} errors and resets, {_differences.Count} differences; {_withOptions} whose errors echo IPv4 options were not compared");
        Assert.True(_differences.Count == 0, $"{_differences.Count} differences, such as\n{string.Join('\n', _differences.Take(MostShown))}");
        Assert.True(_answered > files.Length, $"only {_answered} packets were answered");
    }

    private void Compare(CorpusFile file)
    {
        using var kernel = new IptablesFirewall(new Device(file.Interfaces, letsAnswersOut: true));
        using var own = new EngineFirewall(new Device(file.Interfaces, letsAnswersOut: true));
        using var kernelSide = new AnsweringSide(kernel.Device, kernel.TakeHits);
        using var ownSide = new AnsweringSide(own.Device, own.TakeHits);
        RuleTexts texts = AnsweringSide.WithLast(file);
        kernel.Load(texts);
        own.Load(texts);
        using var stop = new CancellationTokenSource();
        Task service = own.Serve(stop.Token);
        try
        {
            AwaitService(own, service);
            Scenario.RealPacket(RuleEdges.Of(file.Texts.Whole), file.Interfaces, [file.Family]).Array[Budget.CorpusPackets / 3].Sample(
                packets => packets.Where(packet => IptablesFirewall.IsOracleFor(packet) && IsAnsweredAlike(packet) && SegmentSizes.AreJudgedAlike(packet, file.Texts.Whole)).ToList().ForEach(packet => Compare(file, packet, kernelSide, ownSide)), iter: 1, threads: 1);
        }
        finally
        {
            stop.Cancel();
            service.GetAwaiter().GetResult();
        }
    }

    private void Compare(CorpusFile file, Packet packet, AnsweringSide kernelSide, AnsweringSide ownSide)
    {
        AnsweredObservation kernel, own;
        int tried = 0;
        do
        {
            (kernel, own) = (kernelSide.Judge(packet), ownSide.Judge(packet));
        }
        while (!kernel.HasEchoedOptions && kernel.ToString() != own.ToString() && ++tried < Tries);

        if (kernel.HasEchoedOptions)
        {
            _withOptions++;
            return;
        }

        if (tried == Tries)
        {
            _differences.Add(FailingCase.Print(
                file.Texts.Whole, packet, ("on", $"{file.Name} {packet.Hook} {packet.InInterface} {packet.OutInterface}"), ("the kernel", $"{kernel}"), ("miniFirewall", $"{own}")));
        }

        _packets++;
        _answers += kernel.Answers;
        _answered += kernel.Answers > 0 ? 1 : 0;
    }

    /// <summary>Kernels from 6.16 on, which have no DCCP, sum all of such a packet and find it wrong; those before, and miniFirewall, do not look.</summary>
    private static bool IsAnsweredAlike(Packet packet) => packet.Transport.Protocol != IpProtocol.Dccp;

    private static void AwaitService(EngineFirewall firewall, Task service)
    {
        long start = Stopwatch.GetTimestamp();
        while (!firewall.AnswersRejects)
        {
            Assert.False(service.IsCompleted, $"the service has ended: {service.Exception}");
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "the service does not answer");
            Thread.Sleep(10);
        }
    }
}
