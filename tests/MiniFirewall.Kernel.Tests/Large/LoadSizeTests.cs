using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Testing.Large;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>What the kernel is given does not grow with the list, but for maps' bytes, and those by so much a rule.</summary>
public sealed class LoadSizeTests(ITestOutputHelper output)
{
    /// <summary>Bytes of maps that a list of any length may have.</summary>
    private const long FixedBytes = 2 << 20;

    /// <summary>Bytes of maps for a rule and for whatever else it lists (<see cref="RuleItems"/>), counters included.</summary>
    private const long BytesOfAnItem = 440;

    /// <summary>
    /// Rules of the shorter list of any questions at least: these are drawn at random, and a program has what its list asks for. Fewer rules
    /// than that do not ask all that more of them do.
    /// </summary>
    private const int RulesThatAskEverything = 1000;

    public static TheoryData<string> Names => [.. LargeBudget.Sets.Select(set => set.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Programs_stay_as_they_are_and_maps_grow_with_the_rules(string name)
    {
        LargeSet set = LargeSets.ByName(name);
        int few = name == "anything" ? Math.Max(RulesThatAskEverything, LargeBudget.FewRules) : LargeBudget.FewRules;
        int many = Math.Max(LargeBudget.ManyRules, 2 * few);
        foreach (Family family in set.Families)
        {
            LoadSize small = Load(set, family, few), large = Load(set, family, many);
            output.WriteLine($"{name} {family}: {small}; {large}");
            Assert.True(large.Instructions <= small.Instructions, "the program grows with the rules");
            Assert.True(large.Verified <= small.Verified * 3 / 2, "the verifier's work grows with the rules");
            Assert.InRange(large.Bytes, 0, FixedBytes + (BytesOfAnItem * large.Items));
        }
    }

    private static LoadSize Load(LargeSet set, Family family, int size)
    {
        RuleSet rules = LargeSet.Read(set.Of(size, LargeBudget.Seed));
        using var compiled = new TestRunFirewall(new LoadOptions(PrologueKind.Netfilter));
        compiled.Load(rules);
        BpfProgramInfo program = compiled.Programs.Of(family, Hook.LocalIn).Info();
        LoadedFamily loaded = compiled.Programs.Of(family);
        long counters = (long)compiled.Book.Count * WellKnownMaps.CounterSize * PossibleCpus.Count;
        Rule[] all = [.. rules.Chains.SelectMany(chain => chain.Rules)];
        return new(
            all.Length, all.Sum(rule => RuleItems.Count(rule, family)), (int)program.TranslatedLength / 8, (int)program.VerifiedInstructions,
            loaded.Compiled.MapBytes + counters);
    }

    /// <summary>What a list takes of the kernel.</summary>
    /// <param name="Instructions">After the verifier's rewriting.</param>
    /// <param name="Verified">Instructions that the verifier went through, those of every path counted.</param>
    /// <param name="Bytes">Of maps' values, counters of every CPU included.</param>
    private readonly record struct LoadSize(int Rules, long Items, int Instructions, int Verified, long Bytes);
}
