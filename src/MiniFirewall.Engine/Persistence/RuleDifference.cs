using System.Collections.Immutable;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Persistence;

/// <summary>How the rules in force differ from those on disk, in lines of their texts.</summary>
/// <param name="Added">Lines in force that are not on disk.</param>
/// <param name="Removed">Lines on disk that are not in force.</param>
public sealed record RuleDifference(ImmutableArray<string> Added, ImmutableArray<string> Removed)
{
    /// <summary>The same rules in the same order.</summary>
    public bool IsNone => Added.IsEmpty && Removed.IsEmpty && !IsReordered;

    /// <summary>The same rules in another order.</summary>
    public bool IsReordered { get; private init; }

    /// <summary>Rules that differ; a rule that has become another counts once.</summary>
    public int Count => Math.Max(Math.Max(Added.Length, Removed.Length), IsReordered ? 1 : 0);

    /// <summary>Compares rule sets; elements of sets that packets change do not count.</summary>
    internal static RuleDifference Between(RuleSet onDisk, RuleSet inForce)
    {
        HashSet<string> changing = [.. inForce.Sets.Concat(onDisk.Sets).Where(set => set.IsDynamic).Select(set => set.Name)];
        string[] before = LinesOf(onDisk, changing), after = LinesOf(inForce, changing);
        ImmutableArray<string> added = Without(after, before), removed = Without(before, after);
        return new(added, removed) { IsReordered = added.IsEmpty && removed.IsEmpty && !before.AsSpan().SequenceEqual(after) };
    }

    private static string[] LinesOf(RuleSet rules, HashSet<string> changing) =>
        RuleSetPrinter.Print(rules with { Sets = [.. rules.Sets.Where(set => !changing.Contains(set.Name))] }).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static ImmutableArray<string> Without(string[] lines, string[] others)
    {
        Dictionary<string, int> left = others.GroupBy(line => line).ToDictionary(group => group.Key, group => group.Count());
        return [.. lines.Where(line => !TakeOne(left, line))];
    }

    private static bool TakeOne(Dictionary<string, int> left, string line)
    {
        if (left.GetValueOrDefault(line) is not (> 0 and int count))
        {
            return false;
        }

        left[line] = count - 1;
        return true;
    }
}
