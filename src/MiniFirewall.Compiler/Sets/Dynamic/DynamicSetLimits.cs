using System.Collections.Immutable;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>How many sets that are tables the programs of a rule set can name.</summary>
internal static class DynamicSetLimits
{
    /// <summary>A program may name 64 maps (MAX_USED_MAPS); a set has two, and others are named too.</summary>
    internal const int MostSets = 16;

    /// <exception cref="CompileException">More sets than a program can name, or two that cannot be told apart.</exception>
    internal static void Require(ImmutableArray<AskedQuestion> asked)
    {
        DynamicSet[] sets = [.. asked.Select(one => SetOf(one.Question)).OfType<DynamicSet>().Distinct()];
        if (sets.Length > MostSets)
        {
            throw new CompileException($"more than {MostSets} sets that are tables (with timeout, counters or comment, changed by -j SET, or before Linux 6.9 any) in one rule set", Origin.None);
        }

        if (sets.Select(set => DynamicSetLayout.ElementMap(set.Name)).Distinct().Count() < sets.Length)
        {
            throw new CompileException("two sets that packets change go by one name: rename one of them", Origin.None);
        }
    }

    private static DynamicSet? SetOf(Question? question) => question switch
    {
        DynamicSetTest test => test.Set,
        DynamicSetChange change => change.Set,
        _ => null,
    };
}
