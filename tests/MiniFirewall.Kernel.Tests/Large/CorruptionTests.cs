using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Large;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>The comparison can fail: an image with one damaged bit is mostly told from a right one.</summary>
public sealed class CorruptionTests(ITestOutputHelper output)
{
    private const int Size = 200, Packets = 2000, Tries = 20;

    [Theory]
    [InlineData("every shape", ImageSection.Tuples)]
    [InlineData("one big chain", ImageSection.Chains)]
    [InlineData("deny list, IPv6", ImageSection.Slots)]
    [InlineData("every shape", ImageSection.Entries)]
    [InlineData("negations", ImageSection.Refs)]
    [InlineData("one place, many ports", ImageSection.Nodes)]
    [InlineData("returns", ImageSection.Records)]
    [InlineData("negations", ImageSection.Ops)]
    public void A_damaged_image_is_found(string name, ImageSection section)
    {
        LargeSet set = LargeSets.ByName(name);
        GeneratedRules text = set.Of(Size, seed: 1);
        RuleSet rules = LargeSet.Read(text);
        Packet[] packets = LargePackets.Of(text, rules, set.Families[0], Hook.LocalIn, Packets, seed: 1);
        int found = Enumerable.Range(0, Tries).Count(seed => IsFound(rules, packets, section, seed));
        output.WriteLine($"{found} of {Tries} found");

        // Some bits are never looked at by these packets, or say the same the other way.
        Assert.InRange(found, Tries / 10, Tries);
        using var sound = new OracleComparison(new LoadOptions(PrologueKind.Test, CompilationWay.Classifier));
        sound.Load(rules);
        Assert.Null(sound.FindDifference(packets));
    }

    private static bool IsFound(RuleSet rules, Packet[] packets, ImageSection section, int seed)
    {
        using var comparison = new OracleComparison(new LoadOptions(PrologueKind.Test, CompilationWay.Classifier)
        {
            Corrupt = compiled => Corruption.One(compiled, section, seed) ?? throw new InvalidOperationException($"the image has nothing in {section}"),
        });
        comparison.Load(rules);
        return comparison.FindDifference(packets) is not null;
    }
}
