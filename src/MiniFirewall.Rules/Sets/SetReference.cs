using System.Collections.Immutable;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Sets;

/// <summary>A set and the parts of a packet that are looked for in it, as rules name them: NAME src,dst. Two of sets of one name are equal.</summary>
/// <param name="Sources">For each dimension, whether it is read from the packet's source.</param>
public sealed record SetReference(NamedSet Set, ImmutableArray<bool> Sources)
{
    /// <summary>IPSET_MAXNAMELEN, without its end.</summary>
    private const int LongestName = 31;

    private const int MostDimensions = 6;

    /// <summary>There is a direction for every part of an element; more say nothing.</summary>
    public bool IsWhole => Sources.Length >= Set.Type.Parts.Length;

    /// <summary>Which parts of an element are read from the source.</summary>
    public SetSides Sides
    {
        get
        {
            SetSides sides = SetSides.None;
            bool isFirst = true;
            for (int i = 0; i < Math.Min(Sources.Length, Set.Type.Parts.Length); i++)
            {
                bool isAddress = Set.Type.Parts[i] is SetPart.Address or SetPart.Network;
                SetSides side = !isAddress ? SetSides.Port : isFirst ? SetSides.First : SetSides.Second;
                sides |= Sources[i] ? side : SetSides.None;
                isFirst &= !isAddress;
            }

            return sides;
        }
    }

    /// <summary>The directions as rules write them.</summary>
    public string Directions => string.Join(',', Sources.Select(isSource => isSource ? "src" : "dst"));

    /// <summary>The sets that a rule asks, and those that it changes.</summary>
    public static IEnumerable<SetReference> In(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return [.. rule.Matches.OfType<SetMatch>().Select(match => match.Reference), .. rule.Target is SetTarget target ? target.Changed : []];
    }

    public bool Equals(SetReference? other) => other is not null && Set.Name == other.Set.Name && Sources.SequenceEqual(other.Sources);

    public override int GetHashCode() => HashCode.Combine(Set.Name, Sources.Length);

    /// <summary>The two arguments of an option that names a set; null where they are wrong (reported).</summary>
    internal static SetReference? Read(OptionUse use)
    {
        Word name = use.First;
        DiagnosticBag diagnostics = use.Context.Diagnostics;
        if (!use.Context.Sets.TryGetValue(name.Text, out NamedSet? set))
        {
            diagnostics.Report(
                ErrorCodes.NoSuchSet, name, $"set {Show.Word(name.Text)} does not exist",
                Nearest.HintOr(name.Text, use.Context.Sets.Keys, $"make it on a line above: set NAME {{ {SetNotation.Example(SetType.Networks)} }}"),
                Convention.Usage(name.Text.Length > LongestName ? $"setname `{name.Text}' too long, max {LongestName} characters." : $"Set {name.Text} doesn't exist.\n"));
            return null;
        }

        return TryReadDirections(use.Second, diagnostics, out ImmutableArray<bool> sources) ? new SetReference(set, sources) : null;
    }

    private static bool TryReadDirections(Word word, DiagnosticBag diagnostics, out ImmutableArray<bool> sources)
    {
        Word[] parts = [.. word.Split(',')];
        sources = [.. parts.Select(part => part.Text == "src")];
        if (parts.Length > MostDimensions)
        {
            diagnostics.Report(ErrorCodes.BadDirection, word, $"more than {MostDimensions} directions", "write one for each part of the set's elements");
            return false;
        }

        foreach (Word part in parts.Where(part => part.Text is not ("src" or "dst")))
        {
            diagnostics.Report(
                ErrorCodes.BadDirection, part, $"{Show.Word(part.Text)} is not a direction", "write src or dst for each part of the set's elements, such as src,dst");
            return false;
        }

        return true;
    }
}
