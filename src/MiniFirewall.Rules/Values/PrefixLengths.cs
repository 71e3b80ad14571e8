using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of the length of an address's prefix, as a number or as a mask (xtoptions.c, xtopt_parse_plen).</summary>
internal static class PrefixLengths
{
    /// <summary>The length of the whole address.</summary>
    internal static int Whole(Family family) => family == Family.IPv4 ? 32 : 128;

    /// <summary>The length of the whole address of one family; null for both.</summary>
    internal static int? Whole(Family? family) => family is { } one ? Whole(one) : null;

    /// <summary>As <see cref="Whole(Family?)"/>.</summary>
    internal static int? Whole(FamilySet families) => families switch
    {
        FamilySet.IPv4 => Whole(Family.IPv4),
        FamilySet.IPv6 => Whole(Family.IPv6),
        _ => null,
    };

    /// <summary>The families that can have a prefix of this length.</summary>
    internal static FamilySet FamiliesOf(int? length) => length > Whole(Family.IPv4) ? FamilySet.IPv6 : FamilySet.Both;

    /// <summary>
    /// A length that the rule's families can have; one over 32 is of IPv6 alone. A mask is read where the rule is for its family
    /// only, since as a length it would hold for the other too.
    /// </summary>
    internal static bool Read(Word word, ReadContext context, out int length) => context.Families == FamilySet.Both
        ? TryReadNumber(word, context, 128, "a number from 0 to 32, or to 128 for IPv6", out length)
        : TryRead(word, context, context.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6, out length);

    internal static bool TryRead(Word word, ReadContext context, Family family, out int length)
    {
        if (AddressNotation.TryParse(word.Text, out Family own, out UInt128 mask) && own == family)
        {
            length = Whole(family) - (int)UInt128.TrailingZeroCount(mask | (UInt128.One << Whole(family)));
            if (mask == AddressNotation.PrefixMask(family, length))
            {
                return true;
            }

            context.Diagnostics.Report(
                ErrorCodes.BadMask, word, $"the ones of {Show.Word(word.Text)} are not all at its beginning", "here only the length of a prefix counts");
            return false;
        }

        return TryReadNumber(word, context, Whole(family), $"a number from 0 to {Whole(family)}", out length);
    }

    private static bool TryReadNumber(Word word, ReadContext context, int most, string help, out int length)
    {
        bool read = NumberText.TryParse(word.Text, out ulong number) && number <= (ulong)most;
        length = read ? (int)number : 0;
        if (!read)
        {
            context.Diagnostics.Report(ErrorCodes.BadMask, word, $"{Show.Word(word.Text)} is not the length of a prefix", help, BadLength(context));
        }

        return read;
    }

    /// <summary>libxtables' text (xtoptions.c, xtopt_parse_plenmask).</summary>
    internal static Convention BadLength(ReadContext context) => Convention.Usage($"{context.Diagnostics.Within.Extension}: bad value for option \"{context.Diagnostics.Within.Option}\", "
            + $"neither a valid network mask nor valid CIDR (0-{Whole(context.Families) ?? Whole(Family.IPv6)}).\n");
}
