using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Namespaces;
using MiniFirewall.Verification;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Proves that the images in force, which changes have been made in, mean what the stored rules say.</summary>
internal static class RunningProof
{
    private static readonly (Hook Hook, string Chain)[] s_hooks = [(Hook.LocalIn, "INPUT"), (Hook.Forward, "FORWARD"), (Hook.LocalOut, "OUTPUT")];

    /// <summary>The number of statements proved.</summary>
    internal static int Assert(TestNamespace place) => place.Run(() =>
    {
        using HomeMount home = HomeMount.TryOpen(place.Root)!;
        using NamespaceState state = NamespaceState.TryOpen(home.Pins, NetworkNamespace.OfCallingThread())!;
        using GenerationState generation = state.TryOpenGeneration()!;
        return ((Family[])[Family.IPv4, Family.IPv6]).Sum(family => Prove(generation, family));
    });

    private static int Prove(GenerationState generation, Family family)
    {
        using BpfMap? map = BpfMap.TryOpen(generation.Directory.PathOf(PinNames.Image(family)));
        if (map is null)
        {
            return 0;
        }

        using var memory = map.MapValues();
        byte[] bytes = memory.Memory.ToArray();
        ImageEditor editor = ImageEditor.Open(bytes, generation.Store.Epoch + 1);
        using var facts = new RunningFacts(generation, family, editor);
        StoredRuleSet stored = StoredRuleSet.Read(generation.Store, generation.Sets?.Named ?? []);
        var slots = new StoredSlots(stored);
        ImmutableDictionary<string, int> chains = generation.Store.Chains.Select(chain => (chain.Chain.Name, Number: editor.FindChain(chain.MadeName)))
            .Where(chain => chain.Number is not null).ToImmutableDictionary(chain => chain.Name, chain => chain.Number!.Value);
        ImmutableArray<PacketProgram> programs =
            [.. s_hooks.Where(hook => chains.ContainsKey(hook.Chain)).Select(hook => Placed(RuleSetLowering.Lower(stored.Rules, hook.Hook, family, slots), facts.ToPlan))];
        VerificationReport report = ImageVerifier.Verify(programs, new ClassifierImage(ImageLayout.Read(bytes), bytes, chains), generation.Store.Epoch);
        HashSet<Origin> remembering = [.. programs.SelectMany(program => program.Blocks).SelectMany(block => block.Statements).Where(Remembers).Select(statement => statement.Origin)];
        Xunit.Assert.DoesNotContain(report.Findings, finding => !(remembering.Contains(finding.Statement) && finding.Problem.Contains("late steps")));
        return report.Tally.Statements;
    }

    /// <summary>The program, whose questions know what can be known from outside.</summary>
    private static PacketProgram Placed(PacketProgram program, LateFacts facts) => program with
    {
        Blocks = [.. program.Blocks.Select(block => block with { Statements = [.. block.Statements.Select(statement => LatePlacement.TryPlace(statement, facts) ?? statement)] })],
    };

    /// <summary>Which memory, or which number, is a statement's own only the image says.</summary>
    private static bool Remembers(Statement statement) => statement.Steps.Any(step => step.Question is StatefulQuestion or ConnectionsAbove);

    private sealed class StoredSlots : ICounterIndexes
    {
        private readonly Dictionary<(object Place, Family Family), int> _slots = new(ByPlace.Instance);

        internal StoredSlots(StoredRuleSet stored)
        {
            foreach ((CountedPlace place, int slot) in CountedPlaces.Of(stored.Rules).Zip(stored.Slots))
            {
                _slots.Add((place.Rule ?? (object)place.Chain, place.Family), slot);
            }
        }

        public int OfRule(Chain chain, Rule rule, Family family) => _slots[(rule, family)];

        public int OfPolicy(Chain chain, Family family) => _slots[(chain, family)];
    }

    private sealed class ByPlace : IEqualityComparer<(object Place, Family Family)>
    {
        internal static ByPlace Instance { get; } = new();

        public bool Equals((object Place, Family Family) x, (object Place, Family Family) y) => ReferenceEquals(x.Place, y.Place) && x.Family == y.Family;

        public int GetHashCode((object Place, Family Family) place) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(place.Place);
    }
}
