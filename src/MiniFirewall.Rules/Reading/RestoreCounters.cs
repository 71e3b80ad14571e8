using System.Globalization;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Reading;

/// <summary>The "[PACKETS:BYTES]" before a command (xshared.c, tokenize_rule_counters).</summary>
internal struct RestoreCounters
{
    /// <summary>Where the command begins.</summary>
    internal int End { get; private set; }

    internal Counters Counters { get; private set; }

    /// <summary>What is wrong, where reading has failed.</summary>
    internal string Message { get; private set; }

    /// <param name="counts">Whether the numbers are wanted; else they are passed over, whatever they are.</param>
    internal bool TryRead(string line, int number, bool counts)
    {
        if (!line.StartsWith('['))
        {
            return true;
        }

        int close = line.IndexOf(']', StringComparison.Ordinal);
        int colon = close < 0 ? -1 : line.AsSpan(0, close).IndexOf(':');
        if (colon < 0)
        {
            Message = $"Bad line {number}: need ]";
            return false;
        }

        End = close + 1;
        return !counts || TryParse(line.AsSpan(1, colon - 1), line.AsSpan(colon + 1, close - colon - 1));
    }

    private bool TryParse(ReadOnlySpan<char> packets, ReadOnlySpan<char> bytes)
    {
        bool hasPackets = ulong.TryParse(packets, NumberStyles.None, CultureInfo.InvariantCulture, out ulong packetCount);
        bool hasBytes = ulong.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out ulong byteCount);
        Counters = new Counters(packetCount, byteCount);
        Message = hasPackets ? "-c byte counter not numeric" : "-c packet counter not numeric";
        return hasPackets && hasBytes;
    }
}
