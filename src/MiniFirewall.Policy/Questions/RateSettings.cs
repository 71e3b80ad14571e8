using System.Numerics;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The settings of a table of rates, in the numbers that the kernel is given, and the numbers that it makes of them
/// (net/netfilter/xt_hashlimit.c, revision 3). 64-bit arithmetic that wraps.
/// </summary>
/// <param name="CountsBytes">The rate is of bytes, not of packets.</param>
/// <param name="Measures">The rate is measured over an interval, and nothing is used up.</param>
/// <param name="Average">Microseconds from packet to packet; for bytes the cost of 16 of them in parts of 2^32 a second.</param>
/// <param name="Burst">Packets at once; for bytes so many seconds' worth, 0 for none.</param>
/// <param name="Interval">Seconds over which it is measured.</param>
/// <param name="Expire">Milliseconds that an unused entry is kept.</param>
/// <param name="SourcePrefix">Bits of the source that tell entries apart, from the highest on.</param>
/// <param name="DestinationPrefix">The same of the destination.</param>
public sealed record RateSettings(
    bool CountsBytes, bool Measures, ulong Average, ulong Burst, uint Interval, uint Expire, int SourcePrefix, int DestinationPrefix)
{
    /// <summary>Source ports tell entries apart (<see cref="FirstPorts"/>).</summary>
    public bool BySourcePort { get; init; }

    /// <summary>The same of destination ports.</summary>
    public bool ByDestinationPort { get; init; }

    public bool ByPorts => BySourcePort || ByDestinationPort;

    /// <summary>Bytes count in chunks of this power of two.</summary>
    public const int ChunkShift = 4;

    private const ulong Scale = 1_000_000;

    /// <summary>The credit of one tick.</summary>
    public ulong CreditPerTick(int hertz) => CountsBytes ? 1UL << BitOperations.Log2(uint.MaxValue / (uint)hertz) : PacketCreditPerTick(hertz);

    /// <summary>The most credit of bytes: a second's.</summary>
    public ulong ByteCredit(int hertz) => CreditPerTick(hertz) * (uint)hertz;

    /// <summary>The most credit that grows.</summary>
    public ulong Cap(int hertz) => CountsBytes ? ByteCredit(hertz) : PacketCredits(unchecked(Average * Burst), hertz);

    /// <summary>What a packet costs, or a chunk of bytes.</summary>
    public ulong Cost(int hertz) => CountsBytes ? unchecked((uint)((uint)Average * ByteCredit(hertz) >> 32)) : PacketCredits(Average, hertz);

    /// <summary>Packets or bytes of a second, where they are measured.</summary>
    public ulong Rate => CountsBytes ? unchecked(((Average == 0 ? uint.MaxValue : uint.MaxValue / (uint)Average) - 1UL) << ChunkShift) : Scale / Average;

    /// <summary>Packets or bytes that may come in an interval, where they are measured.</summary>
    public ulong MostMeasured => !CountsBytes ? unchecked(Burst + Rate) : Burst == 0 ? Rate : unchecked(Burst * Rate);

    /// <summary>Ticks of the interval, 32 bits.</summary>
    public uint IntervalTicks(int hertz) => unchecked(Interval * (uint)hertz);

    /// <summary>msecs_to_jiffies: rounded up; what is negative as 32 bits is almost for ever.</summary>
    public ulong ExpireTicks(int hertz) => Expire > int.MaxValue ? long.MaxValue / 2 - 1 : (((ulong)Expire * (uint)hertz) + 999) / 1000;

    private static ulong PacketCreditPerTick(int hertz) => 1UL << BitOperations.Log2(ulong.MaxValue / ((ulong)hertz * 60 * 60 * 24));

    /// <summary>user2credits.</summary>
    private static ulong PacketCredits(ulong time, int hertz) => unchecked(time * ((ulong)hertz * PacketCreditPerTick(hertz) / Scale));
}
