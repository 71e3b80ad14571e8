using System.Globalization;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads pairs of packets and bytes.</summary>
internal static class CounterReader
{
    /// <summary>"[PACKETS:BYTES]".</summary>
    internal static bool TryReadBracketed(Word word, DiagnosticBag diagnostics, out Counters counters)
    {
        counters = default;
        if (word.Text is ['[', .., ']'])
        {
            string[] numbers = word.Text[1..^1].Split(':');
            if (numbers.Length == 2 && TryParse(numbers[0], out ulong packets) && TryParse(numbers[1], out ulong bytes))
            {
                counters = new Counters(packets, bytes);
                return true;
            }
        }

        diagnostics.Report(ErrorCodes.BadCounters, word, $"{Show.Word(word.Text)} is not a pair of counters", "write [PACKETS:BYTES]");
        return false;
    }

    /// <summary>The two arguments of -c.</summary>
    internal static bool TryRead(Word packets, Word bytes, DiagnosticBag diagnostics, out Counters counters)
    {
        counters = default;
        if (!TryReadNumber(packets, "packet", diagnostics, out ulong packetCount) || !TryReadNumber(bytes, "byte", diagnostics, out ulong byteCount))
        {
            return false;
        }

        counters = new Counters(packetCount, byteCount);
        return true;
    }

    private static bool TryReadNumber(Word word, string what, DiagnosticBag diagnostics, out ulong number)
    {
        bool read = TryParse(word.Text, out number);
        if (!read)
        {
            diagnostics.Report(
                ErrorCodes.BadCounters, word, $"{Show.Word(word.Text)} is not a counter", "write -c PACKETS BYTES",
                Convention.Usage($"-c {what} counter not numeric"));
        }

        return read;
    }

    private static bool TryParse(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
