namespace MiniFirewall.Policy.Sets;

/// <summary>What a set keeps of its elements beside what they are (ipset's extensions), and what bounds it.</summary>
/// <param name="Timeout">Seconds that an element stays where nothing else is said of it, 0 for ever; null where elements have no time.</param>
/// <param name="Counts">Each element counts the packets and bytes that it was found for.</param>
/// <param name="HasComments">Each element may have a text.</param>
/// <param name="Most">Elements that it has room for.</param>
/// <param name="LowestPort">Of a set of plain ports; a packet puts no other in.</param>
/// <param name="HighestPort">As <paramref name="LowestPort"/>.</param>
public sealed record SetDetails(
    uint? Timeout = null, bool Counts = false, bool HasComments = false, int Most = SetDetails.UsualMost, ushort LowestPort = 0, ushort HighestPort = ushort.MaxValue)
{
    /// <summary>ipset's maxelem where none is given.</summary>
    public const int UsualMost = 65536;

    /// <summary>The longest time in seconds, as the kernel has it (ip_set.h, IPSET_MAX_TIMEOUT).</summary>
    public const uint MostSeconds = 2147483;

    /// <summary>Elements have more than an image keeps of them.</summary>
    public bool Any => Timeout is not null || Counts || HasComments;
}
