using MiniFirewall.Packets;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>What one line of the command language asks for.</summary>
/// <param name="Place">The command's own word.</param>
/// <param name="Families">The families that the line is for.</param>
internal sealed record LineCommand(GlobalKind Kind, Word Place, FamilySet Families)
{
    internal FamilySet Families { get; set; } = Families;

    internal Word? Chain { get; init; }

    /// <summary>A rule's number as written, or null.</summary>
    internal Word? Number { get; init; }

    /// <summary>The policy behind -P, the new name behind -E.</summary>
    internal Word? Second { get; init; }

    /// <summary>'!' stands before the command, which -V alone allows.</summary>
    internal bool IsNegated { get; init; }

    /// <summary>-Z stands beside -L or -S.</summary>
    internal bool Zeroes { get; init; }

    internal Counters? Counters { get; set; }

    /// <summary>The rules that the line describes; none for a command without a rule.</summary>
    internal IReadOnlyList<PlacedRule> Rules { get; set; } = [];

    /// <summary>The word that names the rules' protocol, where one does.</summary>
    internal Word? Protocol { get; set; }

    /// <summary>The command as far as it is for these families.</summary>
    internal LineCommand For(FamilySet families) => families == FamilySet.Both ? this : this with
    {
        Families = Families & families,
        Rules =
        [
            .. Rules.Select(placed => placed with { Rule = placed.Rule.For(placed.Rule.Families & families) })
                .Where(placed => placed.Rule.Families != FamilySet.None),
        ],
    };
}
