using MiniFirewall.Compiler.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.Sets;

/// <summary>Finds sets in force, and how large they are.</summary>
internal static class SetLists
{
    /// <exception cref="FirewallException">There is no such set.</exception>
    internal static NamedSet Find(SetState? sets, string name)
    {
        if (sets?.Named.FirstOrDefault(set => set.Name == name) is { } found)
        {
            return found;
        }

        string known = sets is null ? "the rules in force have no sets" : $"the sets are {string.Join(", ", sets.Named.Select(set => set.Name))}";
        throw new FirewallException(FirewallFailure.Refused, $"there is no set {name}: {known}");
    }

    internal static IReadOnlyList<SetSummary> Summarize(SetState? sets) =>
        sets is null ? [] : [.. sets.Named.Select(set => Summarize(sets, set))];

    private static SetSummary Summarize(SetState sets, NamedSet set)
    {
        SetImage image = sets.Arena.Image(set.Number, set.Type.Shape);
        return new(set, image.Count, image.Bytes);
    }
}
