namespace MiniFirewall.Policy.Questions;

/// <summary>A DCCP header (RFC 4340, 5), of which the first <see cref="FixedSize"/> bytes are there.</summary>
internal static class DccpHeader
{
    internal const int FixedSize = 12;

    private const int ExtendedSequence = 4;

    /// <summary>0 to 15.</summary>
    internal static int TypeOf(ReadOnlySpan<byte> header) => (header[8] >> 1) & 0xf;

    /// <summary>Where the options begin (include/linux/dccp.h, __dccp_hdr_len): the last four bytes of a sequence number of 48 bits, and what the type has.</summary>
    internal static int OptionsAt(ReadOnlySpan<byte> header) =>
        FixedSize + ((header[8] & 1) * ExtendedSequence) + BytesOf(TypeOf(header));

    /// <summary>Where the options end, as the header says.</summary>
    internal static int OptionsEnd(ReadOnlySpan<byte> header) => header[4] * 4;

    /// <summary>What stands between sequence number and options; for types that are not assigned as for a reset.</summary>
    internal static int BytesOf(int type) => type switch
    {
        2 => 0,
        0 => 4,
        3 or 4 or 5 or 6 or 8 or 9 => 8,
        _ => 12,
    };
}
