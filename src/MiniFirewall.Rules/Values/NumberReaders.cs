using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of numbers, ranges and masked numbers.</summary>
internal static class NumberReaders
{
    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    /// <param name="ofKernel">What the kernel says of a 32-bit number beyond, where iptables itself takes all of them.</param>
    internal static ValueReader<uint> Number(string what, uint least, uint most, Convention? ofKernel = null)
    {
        return Read;

        bool Read(Word word, ReadContext context, out uint value)
        {
            if (ofKernel is not null && NumberText.TryParse(word.Text, out ulong number) && number <= uint.MaxValue)
            {
                context.Diagnostics.Words = null;
                return TryRead(word, context, what, least, most, out value, ofKernel);
            }

            return TryRead(word, context, what, least, most, out value);
        }
    }

    /// <summary>As <see cref="Number"/>, of decimal digits alone (strtol with base 10).</summary>
    internal static ValueReader<uint> Decimal(string what, uint least, uint most)
    {
        return Read;

        bool Read(Word word, ReadContext context, out uint value) => TryReadDecimal(word, context, what, least, most, out value);
    }

    /// <summary>Reads a number of <see cref="Decimal"/>.</summary>
    internal static bool TryReadDecimal(Word word, ReadContext context, string what, uint least, uint most, out uint value)
    {
        if (word.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            value = 0;
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a {what}", $"a number from {least} to {most} in decimal digits", BadValue(context, most));
            return false;
        }

        return TryRead(word, context, what, least, most, out value);
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
            if (!RangeEnds.AreTwo(word, ends, context, BadEnd(context, word))
                || (ends[0].Text.Length > 0 && !TryRead(ends[0], context, what, 0, ushort.MaxValue, out low, BadEnd(context, word)))
                || (ends[1].Text.Length > 0 && !TryRead(ends[1], context, what, 0, ushort.MaxValue, out high, BadEnd(context, word))))
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
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not VALUE or VALUE/MASK", "such as 0x10/0xff", BadMark(context, word));
            return false;
        }

        return TryRead(parts[0], context, "value", 0, uint.MaxValue, out masked.Value, BadMark(context, word))
            && (parts.Length == 1 || TryRead(parts[1], context, "mask", 0, uint.MaxValue, out masked.Mask, BadMark(context, word)));
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
    private static Convention BadEnd(ReadContext context, Word word) => Convention.Usage(
        UpstreamWords.Ends(context.Diagnostics.Within.Extension, context.Diagnostics.Within.Option.TrimStart('-'), word.Text, ushort.MaxValue));

    /// <summary>libxtables' text of VALUE/MASK (xtopt_parse_mark).</summary>
    private static Convention BadMark(ReadContext context, Word word) =>
        Convention.Usage(UpstreamWords.Mark(context.Diagnostics.Within.Extension, context.Diagnostics.Within.Option, word.Text));

    /// <summary>libxtables' text (xtoptions.c, xtopt_parse_int).</summary>
    private static Convention BadValue(ReadContext context, uint most) => Convention.Usage(
        $"{context.Diagnostics.Within.Extension}: bad value for option \"{context.Diagnostics.Within.Option}\", or out of range (0-{most}).\n");
}
