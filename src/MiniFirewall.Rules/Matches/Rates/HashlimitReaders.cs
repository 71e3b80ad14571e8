using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>A rate as it was written.</summary>
/// <param name="Period">Microseconds from packet to packet, or <see cref="ByteRate"/>'s cost.</param>
/// <param name="Seconds">Of the unit that was written.</param>
internal readonly record struct WrittenRate(bool IsOfBytes, ulong Period, ulong Seconds);

/// <summary>Readers of what only -m hashlimit has.</summary>
internal static class HashlimitReaders
{
    /// <summary>The most packets of a burst, and the greatest number of one that needs no unit.</summary>
    internal const ulong MostBurst = 1000000;

    private static readonly ValueReader<(ulong Period, ulong Seconds)> PacketRate = Values.Rate.Reader(HashlimitGrammar.Scale);

    /// <summary>Packets (5/min) or bytes (512kb/s).</summary>
    internal static bool Rate(Word word, ReadContext context, out WrittenRate rate)
    {
        if (ByteRate.IsOne(word.Text))
        {
            bool isRate = ByteRate.TryRead(word, context, out ulong cost);
            rate = new WrittenRate(true, cost, 1);
            return isRate;
        }

        bool read = PacketRate(word, context, out (ulong Period, ulong Seconds) packets);
        rate = new WrittenRate(false, packets.Period, packets.Seconds);
        return read;
    }

    /// <summary>Packets, or bytes with a unit.</summary>
    internal static bool Burst(Word word, ReadContext context, out ulong burst)
    {
        bool read = ByteRate.TryReadBytes(word.Text, out burst) && burst > 0 && (burst <= MostBurst || !char.IsAsciiDigit(word.Text[^1]));
        if (!read)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a burst", $"a number from 1 to {MostBurst}, or bytes such as 400kb or 2mb");
        }

        return read;
    }

    /// <summary>A list with commas or bars; empty for one rate in all.</summary>
    internal static bool Mode(Word word, ReadContext context, out uint mode)
    {
        mode = 0;
        foreach (Word item in word.Split(',').SelectMany(part => part.Split('|')).Where(item => item.Text.Length > 0))
        {
            if (!NameReaders.Choice("part of a mode", HashlimitGrammar.Modes)(item, context, out uint part))
            {
                return false;
            }

            mode |= part;
        }

        return true;
    }
}
