namespace MiniFirewall.Analysis.Connections;

/// <summary>
/// What is known of one side of a TCP connection (struct ip_ct_tcp_state; Guido van Rooij, "Real Stateful TCP Packet Filtering in IP Filter"). Numbers
/// are modulo 2^32.
/// </summary>
internal struct TcpSide
{
    /// <summary>Behind the last number that it has sent.</summary>
    internal uint End;

    /// <summary>Behind the last number that the other side's window lets it send.</summary>
    internal uint MaxEnd;

    /// <summary>The largest window that it has offered, scaled; 0 while it has sent nothing.</summary>
    internal uint MaxWindow;

    /// <summary>The highest number that it has acknowledged; null before.</summary>
    internal uint? MaxAcknowledgement;

    /// <summary>By how many bits its windows are to be shifted.</summary>
    internal int Scale;

    internal bool OffersScale, PermitsSack;

    /// <summary>It was the first to close.</summary>
    internal bool BeganClose;

    /// <summary>The connection was picked up in its middle: nothing that it sends is outside of a window.</summary>
    internal bool IsLiberal;

    /// <summary>It has sent what is not acknowledged yet.</summary>
    internal bool HasUnacknowledged;

    internal static bool IsAfter(uint number, uint other) => (int)(number - other) > 0;

    internal static bool IsBefore(uint number, uint other) => (int)(number - other) < 0;

    /// <summary>A window that is shut still lets one number through.</summary>
    internal static uint AtLeastOne(uint window) => Math.Max(window, 1);

    /// <summary>What a segment's options say is all that is known of them, where it has any.</summary>
    internal void Take(TcpOptions options)
    {
        if (!options.AreNone)
        {
            (int? scale, bool permits) = options.Offers();
            (Scale, OffersScale, PermitsSack) = (scale ?? 0, scale is not null, permits);
            (BeganClose, HasUnacknowledged, MaxAcknowledgement) = (false, false, null);
        }
    }
}
