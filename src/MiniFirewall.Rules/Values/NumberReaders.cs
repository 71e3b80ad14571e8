using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of numbers, ranges and masked numbers.</summary>
internal static class NumberReaders
{
    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    internal static ValueReader<uint> Number(string what, uint least, uint most)
    {
        return Read;

        bool Read(Word word, ReadContext context, out uint value) => TryRead(word, context, what, least, most, out value);
    }

    /// <summary>N, LOW:HIGH, LOW: or :HIGH, up to 65535.</summary>
    internal static ValueReader<NumberRange> Range(string what)
    {
        return Read;

        bool Read(Word word, ReadContext context, out NumberRange range)
        {
            range = default;
            Word[] ends = [.. word.Split(':')];
            if (ends.Length == 1)
            {
                bool read = TryRead(word, context, what, 0, ushort.MaxValue, out uint single, BadEnd(context, word));
                range = new NumberRange((ushort)single, (ushort)single);
                return read;
            }

            uint low = 0, high = ushort.MaxValue;
            if (!RangeEnds.AreTwo(word, ends, context)
                || (ends[0].Text.Length > 0 && !TryRead(ends[0], context, what, 0, ushort.MaxValue, out low, BadEnd(context, ends[0])))
                || (ends[1].Text.Length > 0 && !TryRead(ends[1], context, what, 0, ushort.MaxValue, out high, BadEnd(context, ends[1]))))
            {
                return false;
            }

            range = new NumberRange((ushort)low, (ushort)high);
            return RangeEnds.AreInOrder(word, range, context);
        }
    }

    /// <summary>VALUE or VALUE/MASK of 32 bits; the mask has all bits where it is not given (XTTYPE_MARKMASK32).</summary>
    internal static bool Masked(Word word, ReadContext context, out (uint Value, uint Mask) masked)
    {
        Word[] parts = [.. word.Split('/')];
        masked = (0, uint.MaxValue);
        if (parts.Length > 2)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not VALUE or VALUE/MASK", "such as 0x10/0xff");
            return false;
        }

        return TryRead(parts[0], context, "value", 0, uint.MaxValue, out masked.Value, BadMark(context))
            && (parts.Length == 1 || TryRead(parts[1], context, "mask", 0, uint.MaxValue, out masked.Mask, BadMark(context)));
    }

    /// <param name="convention">What iptables says of a wrong one, where it is not libxtables' common text.</param>
    internal static bool TryRead(Word word, ReadContext context, string what, uint least, uint most, out uint value, Convention? convention = null)
    {
        value = 0;
        if (NumberText.IsAmbiguous(word.Text))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} begins with a zero, which iptables reads as octal",
                "write the number without the zero", convention ?? BadValue(context, most));
            return false;
        }

        if (!NumberText.TryParse(word.Text, out ulong number) || number < least || number > most)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a {what}", $"a number from {least} to {most}", convention ?? BadValue(context, most));
            return false;
        }

        value = (uint)number;
        return true;
    }

    /// <summary>libxtables' text of a range's end (xtopt_parse_mint).</summary>
    private static Convention BadEnd(ReadContext context, Word end) => Convention.Usage(
        $"{context.Diagnostics.Within.Extension}: bad value for option \"{context.Diagnostics.Within.Option}\" near \"{end.Text}\", or out of range (0-{ushort.MaxValue}).\n");

    /// <summary>libxtables' text of VALUE/MASK (xtopt_parse_mark).</summary>
    private static Convention BadMark(ReadContext context) => Convention.Usage(
        $"{context.Diagnostics.Within.Extension}: bad integer value for option \"{context.Diagnostics.Within.Option}\", or out of range.\n");

    /// <summary>libxtables' text (xtoptions.c, xtopt_parse_int).</summary>
    private static Convention BadValue(ReadContext context, uint most) => Convention.Usage(
        $"{context.Diagnostics.Within.Extension}: bad value for option \"{context.Diagnostics.Within.Option}\", or out of range (0-{most}).\n");
}
