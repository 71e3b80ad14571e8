using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Testing.Change;

/// <summary>A rule set, one family's image of it, and changes of single rules in both.</summary>
public sealed class EditedRules
{
    private static readonly Hook[] Hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    private readonly Family _family;
    private readonly CounterNumbers _counters = new();
    private readonly CompileOptions _options;
    private readonly Func<CompiledPrograms, Memory<byte>> _place;
    private ImmutableArray<PacketProgram> _compiled;

    /// <param name="rules">Every rule an object of its own.</param>
    /// <param name="place">Is given what the compiler makes, each time anew, and says where the image's bytes are from then on; null for the compiler's own.</param>
    public EditedRules(RuleSet rules, Family family, CompileOptions? options = null, Func<CompiledPrograms, Memory<byte>>? place = null)
    {
        _family = family;
        _options = (options ?? new CompileOptions()) with { Structure = ListStructure.Classifier, HasSpare = true };
        _place = place ?? (compiled => compiled.Image!.Bytes);
        Rules = rules;
        Rebuild();
    }

    public RuleSet Rules { get; private set; }

    public ClassifierImage Image { get; private set; } = null!;

    /// <summary>The image's bytes, which changes are made in.</summary>
    public Memory<byte> Bytes { get; private set; }

    public uint Epoch { get; private set; }

    public ImmutableArray<PacketProgram> Programs { get; private set; }

    /// <summary>Changes that the image took, and those that it was built anew for.</summary>
    public int Taken { get; private set; }

    public int Rebuilt { get; private set; }

    /// <summary>The programs whose drops the compiled code knows: those of the last build, and the usual ones.</summary>
    public ImmutableArray<PacketProgram> KnownDrops => [.. _compiled, UsualDrops()];

    /// <summary>The same rules, every rule an object of its own.</summary>
    public static RuleSet WithOwnRules(RuleSet rules) =>
        rules with { Chains = [.. rules.Chains.Select(chain => chain with { Rules = [.. chain.Rules.Select(rule => rule with { })] })] };

    /// <summary>Puts a rule before the one at a place of its chain, or at the end.</summary>
    public Staged Insert(Chain chain, int place, Rule rule) => Stage(chain, place, null, rule);

    public Staged Delete(Chain chain, int place) => Stage(chain, place, chain.Rules[place], null);

    public Staged Replace(Chain chain, int place, Rule rule) => Stage(chain, place, chain.Rules[place], rule);

    /// <summary>Puts a staged change in force; builds the image anew where it was not taken.</summary>
    public void Commit(Staged staged)
    {
        Rules = staged.Rules;
        if (!staged.IsTaken)
        {
            Rebuilt++;
            Rebuild();
            return;
        }

        Taken++;
        Epoch++;
        Programs = staged.Programs;
    }

    /// <summary>What a writer does that finds what another one left.</summary>
    public void Abandon() => ImageEditor.Open(Bytes, Epoch + 1).Abandon();

    private Staged Stage(Chain chain, int place, Rule? ended, Rule? begun)
    {
        Abandon();
        ImmutableArray<Rule> rules = ended is null ? chain.Rules : chain.Rules.RemoveAt(place);
        rules = begun is null ? rules : rules.Insert(place, begun);
        RuleSet changed = Rules with { Chains = [.. Rules.Chains.Select(other => other.Name == chain.Name ? other with { Rules = rules } : other)] };
        ImmutableArray<PacketProgram> programs = Lower(changed);
        var editor = ImageEditor.Open(Bytes, Epoch + 1);
        bool isTaken = editor.FindChain(chain.Name) is not { } number
            || ((ended is null || !ended.Families.Has(_family) || editor.TryEnd(_counters.Of(ended)))
                && (begun is null || !begun.Families.Has(_family) || TryBegin(editor, number, chain, begun, place, ended)));
        return new(changed, programs, isTaken);
    }

    private bool TryBegin(ImageEditor editor, int number, Chain chain, Rule rule, int place, Rule? ended)
    {
        Rule? before = chain.Rules.Take(place).LastOrDefault(other => other.Families.Has(_family));
        Rule? behind = chain.Rules.Skip(ended is null ? place : place + 1).FirstOrDefault(other => other.Families.Has(_family));
        Statement statement = RuleSetLowering.Lower(chain.Name, rule, _family, _counters.Of(rule), editor.ChangesMarks, target => editor.FindChain(target) ?? -1);
        return !statement.Steps.Any(step => step.Question is { NeedsPlace: true })
            && statement.Outcome is not (Call { Block: < 0 } or TailTo { Block: < 0 })
            && editor.TryInsert(statement, number, _counters.Of(before), _counters.Of(behind));
    }

    private void Rebuild()
    {
        Programs = _compiled = Lower(Rules);
        CompiledPrograms compiled = ProgramSetCompiler.Compile(Programs, _options);
        Image = compiled.Image!;
        Bytes = _place(compiled);
        Epoch = WellKnownMaps.FirstEpoch;
    }

    private ImmutableArray<PacketProgram> Lower(RuleSet rules) => [.. Hooks.Select(hook => RuleSetLowering.Lower(rules, hook, _family, _counters))];

    private PacketProgram UsualDrops()
    {
        Statement Dropping(byte protocol, uint below) => new(
            [new Require(FieldTest.Equal(Field.Protocol, protocol)), new DropWhen(RangeTest.Between(Field.TransportLength, 0, below - 1))],
            1, false, new Continue(), Origin.None);
        return new(_family, Hook.LocalIn, [new Block("usual", [Dropping(IpProtocol.Tcp, 20), Dropping(IpProtocol.Udp, 8)])], 0, Verdict.Drop, 1);
    }

    /// <summary>A rule's counter.</summary>
    public int CounterOf(Rule rule) => _counters.Of(rule);

    /// <summary>The counter of a built-in chain's policy.</summary>
    public int CounterOfPolicy(string chain) => _counters.OfPolicy(Rules.Find(chain)!, _family);

    /// <summary>A staged change.</summary>
    public sealed record Staged(RuleSet Rules, ImmutableArray<PacketProgram> Programs, bool IsTaken);

    /// <summary>Numbers by reference: equal rules have counters of their own.</summary>
    private sealed class CounterNumbers : ICounterIndexes
    {
        private const int FirstPolicy = 1, MostPolicies = 1000;

        private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<string, int> _policies = [];

        public int OfRule(Chain chain, Rule rule, Family family) => Of(rule);

        public int OfPolicy(Chain chain, Family family)
        {
            _policies.TryAdd(chain.Name, FirstPolicy + _policies.Count);
            return _policies[chain.Name];
        }

        /// <summary>0 for none.</summary>
        public int Of(Rule? rule)
        {
            if (rule is null)
            {
                return 0;
            }

            _numbers.TryAdd(rule, FirstPolicy + MostPolicies + _numbers.Count);
            return _numbers[rule];
        }
    }
}
