using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Grammar;

/// <summary>What an option's reader may know and where it reports.</summary>
/// <param name="Protocol">The rule's protocol as far as it has been read.</param>
/// <param name="Sets">The sets that the lines before have made, by name.</param>
/// <param name="TakesLacking"><see cref="Language.ReadOptions.TakesLacking"/>.</param>
/// <param name="Cgroups"><see cref="Language.ReadOptions.Cgroups"/>.</param>
internal sealed record ReadContext(
    ProtocolSpec? Protocol, NetworkNames Names, DiagnosticBag Diagnostics, IReadOnlyDictionary<string, NamedSet> Sets, bool TakesLacking = false, ICgroups? Cgroups = null)
{
    /// <summary>The families that the rule can hold for as far as it has been read.</summary>
    internal FamilySet Families { get; init; } = FamilySet.Both;

    /// <summary>The rule's matches, where a target is looked at as a whole.</summary>
    internal IReadOnlyList<Match> Matches { get; init; } = [];
}

/// <summary>One use of an option in a line.</summary>
/// <param name="Option">The option as written.</param>
/// <param name="First">Its argument; none where it takes none.</param>
/// <param name="Second">Its other argument, where it takes two.</param>
internal readonly record struct OptionUse(Word Option, Word First, Word Second, bool Negated, ReadContext Context);

/// <summary>Reads one word as a value; reports what is wrong and returns false where it cannot.</summary>
internal delegate bool ValueReader<TValue>(Word word, ReadContext context, out TValue value);
