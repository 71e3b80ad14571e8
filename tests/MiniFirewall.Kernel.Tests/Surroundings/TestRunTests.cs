using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Surroundings;

/// <summary>Matches about surroundings that a test says: the evaluator beside compiled programs, by test run.</summary>
public sealed class TestRunTests
{
    private const int Packets = 200;

    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    public void Evaluator_and_programs_agree(CompilationWay way)
    {
        var random = new Random(7);
        foreach (Hook hook in new[] { Hook.LocalIn, Hook.Forward, Hook.LocalOut })
        {
            foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
            {
                Compare(way, random, hook, family);
            }
        }
    }

    private static void Compare(CompilationWay way, Random random, Hook hook, Family family)
    {
        using var evaluator = new EvaluatorFirewall();
        using var compiled = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        RuleTexts rules = RuleTexts.Of([family], SurroundingsRules.For(hook, family).Select(match => $"-A {SurroundingsRules.ChainOf(hook)} {match}"));
        evaluator.Load(rules);
        compiled.Load(rules);
        for (int i = 0; i < Packets; i++)
        {
            Packet packet = SurroundedPackets.Next(random, family, hook);
            Assert.True(
                evaluator.Judge(packet)!.Equals(compiled.Judge(packet)),
                $"{evaluator.Judge(packet)}\n{compiled.Judge(packet)}\n{PacketDescription.Print(packet)}\n{rules.Whole}");
        }
    }
}
