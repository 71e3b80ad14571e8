using MiniFirewall.Compiler.Sets;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
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

    /// <summary>Whole addresses are looked up as packets are; what has a shorter prefix has to be an element itself, and not one that keeps out.</summary>
    internal static bool Holds(SetState sets, NamedSet set, ReadOnlySpan<SetElement> asked)
    {
        if (set.IsTable)
        {
            return HoldsNow(set, asked);
        }

        SetImage image = sets.Arena.Copy(set.Number, set.Type.Shape);
        foreach (ref readonly SetElement element in asked)
        {
            Family family = element.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6;
            if (!(IsWhole(set.Type.Shape, element, family) ? image.Holds(element, family) : image.Find(element) is { NoMatch: false }))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <see cref="Holds"/>, of the elements that are there while the set is read.</summary>
    private static bool HoldsNow(NamedSet set, ReadOnlySpan<SetElement> asked)
    {
        HashSet<SetElement> found = [.. set.Elements.Span];
        foreach (ref readonly SetElement element in asked)
        {
            Family family = element.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6;
            if (!(IsWhole(set.Type.Shape, element, family) ? set.Holds(element with { NoMatch = false }) : found.Contains(element with { NoMatch = false })))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWhole(SetShape shape, in SetElement element, Family family)
    {
        int width = family == Family.IPv4 ? 32 : 128;
        return (shape.Addresses < 1 || element.FirstPrefix == width) && (shape.Addresses < 2 || element.SecondPrefix == width);
    }

    private static SetSummary Summarize(SetState sets, NamedSet set)
    {
        if (set.IsTable)
        {
            return new(set, set.Elements.Count, sets.DynamicOf(set).BytesOf(set.Elements.Count));
        }

        SetImage image = sets.Arena.Copy(set.Number, set.Type.Shape);
        return new(set, image.Count, image.Bytes);
    }
}
