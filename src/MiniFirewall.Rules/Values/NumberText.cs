using System.Globalization;

namespace MiniFirewall.Rules.Values;

/// <summary>
/// Numbers as iptables reads them (strtoul with base 0): decimal, or hexadecimal after 0x. iptables takes a leading zero
/// for octal; here such a number is read only where octal and decimal agree, and refused where they differ.
/// </summary>
internal static class NumberText
{
    internal static bool TryParse(ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return text.Length <= 18 && ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }

        return text.Length <= 20 && !IsAmbiguous(text) && TryParseDecimal(text, out number);
    }

    /// <summary>
    /// How many characters of the text iptables takes for a number (strtoull with base 0, xtables_strtoul), and the number: blanks, a plus and
    /// octal digits too. 0 where there is none, or where it is more than <paramref name="most"/>.
    /// </summary>
    internal static int Measure(ReadOnlySpan<char> text, ulong most, out ulong number)
    {
        number = 0;
        int at = text.IndexOfAnyExcept(' ', '\t');
        at = at < 0 ? text.Length : at;
        if (at < text.Length && text[at] == '+')
        {
            at++;
        }

        ReadOnlySpan<char> rest = text[at..];
        (uint radix, int skip) = rest.Length > 2 && rest.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && char.IsAsciiHexDigit(rest[2]) ? (16u, 2)
            : rest.Length > 0 && rest[0] == '0' ? (8u, 0)
            : (10u, 0);
        int digits = skip;
        while (digits < rest.Length && Digit(rest[digits]) is var digit && digit < radix)
        {
            if (number > (ulong.MaxValue - digit) / radix)
            {
                return 0;
            }

            number = (number * radix) + digit;
            digits++;
        }

        return digits == skip || number > most ? 0 : at + digits;
    }

    private static uint Digit(char c) => char.IsAsciiHexDigit(c) ? (uint)Convert.FromHexString($"0{c}")[0] : uint.MaxValue;

    /// <summary>A number with a leading zero that octal and decimal read differently, such as 010.</summary>
    internal static bool IsAmbiguous(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '0')
        {
            return false;
        }

        ReadOnlySpan<char> digits = text.TrimStart('0');
        return !text.ContainsAnyExceptInRange('0', '9') && (digits.Length > 1 || digits is "8" or "9");
    }

    /// <summary>Reads digits; false where there are none, or other characters, or the number has more than 64 bits.</summary>
    private static bool TryParseDecimal(ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        foreach (char c in text)
        {
            uint digit = (uint)c - '0';
            if (digit > 9 || number > ulong.MaxValue / 10 || number * 10 > ulong.MaxValue - digit)
            {
                number = 0;
                return false;
            }

            number = (number * 10) + digit;
        }

        return text.Length > 0;
    }
}
