using System.Globalization;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of rates (libxt_rateest.c).</summary>
internal static class RateReaders
{
    /// <summary>Suffixes, in any case of letters where no earlier one fits, and the bits a second they stand for.</summary>
    private static readonly (string Suffix, double Bits)[] Units =
    [
        ("bit", 1), ("Kibit", 1024), ("kbit", 1000), ("mibit", 1024.0 * 1024), ("mbit", 1e6), ("gibit", 1024.0 * 1024 * 1024), ("gbit", 1e9),
        ("tibit", 1024.0 * 1024 * 1024 * 1024), ("tbit", 1e12), ("Bps", 8), ("KiBps", 8 * 1024), ("KBps", 8e3), ("MiBps", 8.0 * 1024 * 1024),
        ("MBps", 8e6), ("GiBps", 8.0 * 1024 * 1024 * 1024), ("GBps", 8e9), ("TiBps", 8.0 * 1024 * 1024 * 1024 * 1024), ("TBps", 8e12),
    ];

    /// <summary>A number of bits a second, or one with a unit; the result is bytes a second, rounded down.</summary>
    internal static bool BytesPerSecond(Word word, ReadContext context, out uint rate)
    {
        int digits = Array.FindIndex(word.Text.ToCharArray(), c => c is not (>= '0' and <= '9' or '.'));
        string unit = digits < 0 ? "bit" : word.Text[digits..];
        double bits = Array.Find(Units, entry => entry.Suffix.Equals(unit, StringComparison.OrdinalIgnoreCase)).Bits;
        bool isNumber = double.TryParse(digits < 0 ? word.Text : word.Text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        double bytes = number * bits / 8;
        rate = isNumber && bytes <= uint.MaxValue ? (uint)bytes : 0;
        if (isNumber && bits > 0 && bytes <= uint.MaxValue)
        {
            return true;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a rate", "a number of bits a second up to 32 Gbit, or with a unit: kbit, mbit, KBps, MiBps");
        return false;
    }

    internal static bool PacketsPerSecond(Word word, ReadContext context, out uint rate) =>
        NumberReaders.TryRead(word, context, "number of packets a second", 0, uint.MaxValue, out rate);

    /// <summary>A rate of bytes as it is printed, in bits.</summary>
    internal static string Bits(uint bytes)
    {
        double bits = bytes * 8.0;
        (double unit, string name) = bits switch { >= 1e9 => (1e6, "Mbit"), >= 1e6 => (1e3, "Kbit"), _ => (1, "bit") };
        return Math.Round(bits / unit, MidpointRounding.ToEven).ToString("F0", CultureInfo.InvariantCulture) + name;
    }
}
