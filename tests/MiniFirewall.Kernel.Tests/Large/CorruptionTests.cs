using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>The comparison can fail: compiled output with one damaged place is mostly told from what is right.</summary>
public sealed class CorruptionTests(ITestOutputHelper output)
{
    private const int Size = 200, Packets = 2000, Tries = 25;

    [Theory]
    [InlineData("every shape")]
    [InlineData("one big chain")]
    [InlineData("wildcards")]
    [InlineData("mixed families")]
    public void Damage_to_compiled_output_is_found(string name)
    {
        GeneratedRules text = LargeSets.ByName(name).Of(Size, seed: 1);
        RuleSet rules = LargeSet.Read(text);
        Packet[] packets = LargePackets.Of(text, rules, Family.IPv4, Hook.LocalIn, Packets, seed: 1);
        int found = Enumerable.Range(0, Tries).Count(seed => IsFound(rules, packets, seed));
        output.WriteLine($"{found} of {Tries} found");

        // Some places are never looked at by these packets, or say the same in another way.
        Assert.InRange(found, Tries / 3, Tries);
        using var sound = new OracleComparison(new LoadOptions(PrologueKind.Test));
        sound.Load(rules);
        Assert.Null(sound.FindDifference(packets));
    }

    private static bool IsFound(RuleSet rules, Packet[] packets, int seed)
    {
        using var comparison = new OracleComparison(new LoadOptions(PrologueKind.Test) { Corrupt = compiled => Corruption.One(compiled, seed) });
        try
        {
            comparison.Load(rules);
            return comparison.FindDifference(packets) is not null;
        }
        catch (VerifierException)
        {
            return true;
        }
    }
}
