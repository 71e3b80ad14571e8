using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>An inclusive range of addresses of one family, host order.</summary>
public sealed record AddressRange(Family Family, UInt128 Low, UInt128 High, bool Negated)
{
    public bool Contains(UInt128 address) => address >= Low && address <= High;

    public override string ToString() => $"{AddressNotation.Print(Family, Low)}-{AddressNotation.Print(Family, High)}";

    /// <summary>ADDRESS-ADDRESS, or one address for a range of one.</summary>
    internal static bool Read(Word word, ReadContext context, out AddressRange range)
    {
        Word[] ends = [.. word.Split('-')];
        range = new AddressRange(Family.IPv4, 0, 0, false);
        if (ends.Length > 2)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadRange, word, $"{Show.Word(word.Text)} has more than one '-'", "write ADDRESS-ADDRESS",
                BadValue(context, word.From(ends[0].Text.Length + 1)));
            return false;
        }

        if (!TryReadEnd(ends[0], context, out Family family, out UInt128 low)
            || !TryReadEnd(ends[^1], context, out Family highFamily, out UInt128 high))
        {
            return false;
        }

        range = new AddressRange(family, low, high, false);
        Word strange = context.Families.Has(family) ? ends[^1] : ends[0];
        return IsSound(word, context, family == highFamily, "mixes IPv4 and IPv6", "write two addresses of one family", strange)
            && IsSound(word, context, context.Families.Has(family), "is not of the rule's family", "write a rule of its own for each family", strange)
            && IsSound(word, context, low <= high, "ends before it begins", "write the smaller address first", word);
    }

    private static bool TryReadEnd(Word word, ReadContext context, out Family family, out UInt128 address)
    {
        if (AddressNotation.TryParse(word.Text, out family, out address))
        {
            return true;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadAddress, word,
            word.Text.Length == 0 ? "an address is missing" : $"{Show.Word(word.Text)} is not an address",
            "a range is ADDRESS-ADDRESS, such as 10.0.0.1-10.0.0.9", BadValue(context, word));
        return false;
    }

    private static Convention BadValue(ReadContext context, Word word) => Convention.Usage(
        $"{context.Diagnostics.Within.Extension}: Bad value for \"{context.Diagnostics.Within.Option}\" option: \"{word.Text}\"");

    /// <param name="said">The part that iptables says.</param>
    private static bool IsSound(Word word, ReadContext context, bool sound, string message, string help, Word said)
    {
        if (!sound)
        {
            context.Diagnostics.Report(ErrorCodes.BadRange, word, $"the range {Show.Word(word.Text)} {message}", help, BadValue(context, said));
        }

        return sound;
    }
}
