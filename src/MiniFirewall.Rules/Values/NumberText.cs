using System.Globalization;

namespace MiniFirewall.Rules.Values;

/// <summary>
/// Numbers as iptables reads them (strtoul with base 0): decimal, or hexadecimal after 0x. iptables takes a leading zero
/// for octal; here such a number is read only where octal and decimal agree, and refused where they differ.
/// </summary>
internal static class NumberText
{
    internal static bool TryParse(string text, out ulong number)
    {
        number = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return text.Length <= 18 && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }

        return text.Length <= 20 && text.All(char.IsAsciiDigit) && !IsAmbiguous(text)
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A number with a leading zero that octal and decimal read differently, such as 010.</summary>
    internal static bool IsAmbiguous(string text)
    {
        string digits = text.TrimStart('0');
        return text.Length > 1 && text[0] == '0' && text.All(char.IsAsciiDigit) && (digits.Length > 1 || digits is "8" or "9");
    }
}
