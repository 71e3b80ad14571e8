using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using MiniFirewall.Tests.Rules;
using MiniFirewall.Verification.Running;
using Xunit;

namespace MiniFirewall.Tests.Verification;

/// <summary>The image, run in C#, gives what the packet programs say: verdict and every counter.</summary>
public sealed class InterpreterTests
{
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Images_give_what_their_programs_say(Family family) =>
        RuleSetGen.Make(RuleSetGenOptions.Default with { Sets = false })
            .SelectMany(rules => PacketGen.For(RuleEdges.Of(rules.Text), PacketGenOptions.Anything, family, Hook.LocalIn).Array[20]
                .Select(packets => (rules.Text, packets)))
            .Sample((text, packets) => AssertSame(CompiledRules.Of(text, family), packets), iter: 100);

    private static void AssertSame(CompiledRules rules, Packet[] packets)
    {
        ImageInterpreter interpreter = rules.Interpreter();
        PacketProgram program = rules.Programs.First(p => p.Hook == Hook.LocalIn);
        foreach (Packet packet in packets.Where(p => p.HeaderIsWhole))
        {
            (Verdict verdict, IReadOnlyList<int> counted) = PolicyInterpreter.Run(program, packet);
            InterpretedPacket given = interpreter.Run(program, packet);
            Assert.Equal((verdict, string.Join(' ', counted)), (given.Verdict, string.Join(' ', given.Counted)));
        }
    }
}
