using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>The families that a rule can hold for, narrowed by each thing it names.</summary>
/// <param name="reason">The word that says the families to begin with; null where the text as a whole does.</param>
internal sealed class FamilyNarrowing(FamilySet families, Word? reason, DiagnosticBag diagnostics)
{
    private Word? _reason = reason;

    internal FamilySet Families { get; private set; } = families;

    /// <summary>Somebody said which one family the rule is for, so nothing it names need say so.</summary>
    internal bool IsChosen { get; private set; } = families != FamilySet.Both;

    /// <summary>-4 or -6: as <see cref="Narrow"/>, and chosen.</summary>
    internal void Choose(FamilySet families, Word place, Convention? convention)
    {
        Narrow(families, place, convention);
        IsChosen = true;
    }

    /// <summary>Narrows to <paramref name="families"/>; false where nothing is left (reported, and the rule stays as it was).</summary>
    /// <param name="convention">What iptables says where nothing is left.</param>
    internal bool Narrow(FamilySet families, Word place, Convention? convention = null)
    {
        FamilySet left = Families & families;
        if (left == FamilySet.None)
        {
            diagnostics.Report(
                ErrorCodes.FamilyConflict, place, $"{Show.Word(place.Text)} is for {Print(families)}, but {(_reason is { } word ? Show.Word(word.Text) : "this text")} is for {Print(Families)}",
                Help(place, families), convention);
            return false;
        }

        if (left != Families)
        {
            Families = left;
            _reason = place;
        }

        return true;
    }

    /// <summary>A copy that goes its own way, for one member of a list.</summary>
    internal FamilyNarrowing Fork() => new(Families, _reason, diagnostics) { IsChosen = IsChosen };

    internal static string Print(FamilySet families) => families switch
    {
        FamilySet.IPv4 => "IPv4",
        FamilySet.IPv6 => "IPv6",
        _ => "IPv4 and IPv6",
    };

    private static string Help(Word place, FamilySet families) => (place.Text, families) switch
    {
        ("icmp", _) => "ICMP of IPv6 is -p icmpv6",
        ("icmpv6" or "ipv6-icmp" or "icmp6", _) => "ICMP of IPv4 is -p icmp",
        (_, FamilySet.IPv6) => "write a rule of its own for IPv6 (ip6tables, or -6)",
        _ => "write a rule of its own for IPv4 (-4)",
    };
}
