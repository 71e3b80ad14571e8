using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// A number under a mask, and the name that the machine's files give it, if any: a realm or an interface's group (libxtables
/// xtables.c, xtables_parse_val_mask and xtables_print_val_mask).
/// </summary>
public sealed record NamedNumber(uint Value, uint Mask, string Name, bool Negated)
{
    /// <summary>NAME, or VALUE in hexadecimal with its mask where it has one.</summary>
    internal string Text(bool isNumeric) => Mask != uint.MaxValue ? $"0x{Value:x}/0x{Mask:x}" : Name.Length > 0 && !isNumeric ? Name : $"0x{Value:x}";

    /// <summary>Reads VALUE, VALUE/MASK or a name; what begins with a digit is a number.</summary>
    /// <param name="names">Which of the machine's names.</param>
    internal static ValueReader<NamedNumber> Reader(string what, string file, Func<NetworkNames, NumberNames> names)
    {
        return Read;

        bool Read(Word word, ReadContext context, out NamedNumber number)
        {
            NumberNames known = names(context.Names);
            number = new NamedNumber(0, uint.MaxValue, "", false);
            if (word.Text.Length > 0 && char.IsAsciiDigit(word.Text[0]))
            {
                // Of a part of VALUE/MASK iptables has other words than of a name.
                context.Diagnostics.Words = word.Text.Contains('/', StringComparison.Ordinal) ? null : context.Diagnostics.Words;
                bool isRead = NumberReaders.Masked(word, context, out (uint Value, uint Mask) masked);
                number = new NamedNumber(masked.Value, masked.Mask, masked.Mask == uint.MaxValue ? known.NameOf(masked.Value) ?? "" : "", false);
                return isRead;
            }

            if (known.TryGet(word.Text, out uint value))
            {
                number = new NamedNumber(value, uint.MaxValue, known.NameOf(value) ?? "", false);
                return true;
            }

            context.Diagnostics.Report(
                ErrorCodes.UnknownName, word, $"{Show.Word(word.Text)} is not a {what}",
                Nearest.HintOr(word.Text, known.Names, $"write VALUE, VALUE/MASK or a name of {file}"));
            return false;
        }
    }

    internal void Print(RuleTextWriter writer, string option) => writer.Not(Negated).Word(option).Word(Text(isNumeric: false));
}
