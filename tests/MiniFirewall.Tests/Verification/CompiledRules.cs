using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Rules;
using MiniFirewall.Verification;
using MiniFirewall.Verification.Running;

namespace MiniFirewall.Tests.Verification;

/// <summary>One family's packet programs of a rule set, and their image, whatever their length.</summary>
internal sealed record CompiledRules(ImmutableArray<PacketProgram> Programs, ClassifierImage Image)
{
    internal const uint Epoch = 1;

    private static readonly Hook[] Hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];

    internal static CompiledRules Of(string text, Family family) => Of(RuleText.Read(text), family);

    internal static CompiledRules Of(RuleSet rules, Family family)
    {
        var counters = new UniqueCounters();
        return Of([.. Hooks.Select(hook => RuleSetLowering.Lower(rules, hook, family, counters))]);
    }

    internal static CompiledRules Of(ImmutableArray<PacketProgram> programs)
    {
        var options = new CompileOptions { Structure = ListStructure.Classifier };
        return new(programs, ProgramSetCompiler.Compile(programs, options).Image!);
    }

    internal VerificationReport Verify() => ImageVerifier.Verify(Programs, Image, Epoch);

    internal ImageInterpreter Interpreter() => new(Programs, Image, Epoch);

    /// <summary>The same with a copy of the image's bytes, to be changed.</summary>
    internal CompiledRules Copy() => this with { Image = Image with { Bytes = [.. Image.Bytes] } };

    private sealed class UniqueCounters : ICounterIndexes
    {
        private readonly Dictionary<object, int> _indexes = [];

        public int OfRule(Chain chain, Rule rule, Family family) => Index((chain.Name, rule, family));

        public int OfPolicy(Chain chain, Family family) => Index((chain.Name, family));

        private int Index(object key)
        {
            _indexes.TryAdd(key, _indexes.Count + 1);
            return _indexes[key];
        }
    }
}
