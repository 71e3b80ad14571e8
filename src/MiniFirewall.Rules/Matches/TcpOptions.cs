namespace MiniFirewall.Rules.Matches;

/// <summary>The options of a TCP header (RFC 9293, 3.1).</summary>
internal static class TcpOptions
{
    /// <summary>Bytes of the header without options.</summary>
    internal const int FixedSize = 20;

    private const byte SegmentSizeKind = 2, SegmentSizeBytes = 4;

    /// <summary>
    /// Where the two bytes of the first maximum segment size are, or -1. Kinds 0 and 1 are one byte long, a length of zero counts
    /// as one (xt_tcpmss.c).
    /// </summary>
    internal static int FindSegmentSize(ReadOnlySpan<byte> options)
    {
        int at = 0;
        while (at < options.Length)
        {
            bool isLast = at + 1 == options.Length;
            if (options[at] == SegmentSizeKind && options.Length - at >= SegmentSizeBytes && options[at + 1] == SegmentSizeBytes)
            {
                return at + 2;
            }

            at += options[at] < 2 || isLast ? 1 : Math.Max((int)options[at + 1], 1);
        }

        return -1;
    }
}
