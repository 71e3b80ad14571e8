using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>A kind of rule set of any size, all in INPUT and chains that INPUT leads to.</summary>
/// <param name="Make">From a size, about the number of rules, and a seed; the same gives the same.</param>
/// <param name="Families">Families that the rules speak of.</param>
/// <param name="MostRules">No set of this kind gets larger, whatever size is asked for.</param>
public sealed record LargeSet(
    string Name, Func<int, int, GeneratedRules> Make, ImmutableArray<Family> Families, int MostRules = int.MaxValue)
{
    public GeneratedRules Of(int size, int seed) => Make(Math.Min(size, MostRules), seed);

    /// <summary>Reads a set's text; host names are those of <see cref="MadeUpHosts"/>.</summary>
    /// <exception cref="FormatException">The reader refuses the text.</exception>
    public static RuleSet Read(GeneratedRules rules)
    {
        ReadResult result = RuleSetReader.Read("rules", rules.Text, ReadOptions.Default with { Resolver = MadeUpHosts.Instance });
        return result.Rules ?? throw new FormatException(string.Join('\n', result.Diagnostics));
    }

    public override string ToString() => Name;
}
