using System.Numerics;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// There is credit for one more packet (net/netfilter/xt_limit.c): credit grows with every tick up to what a burst costs, and a
/// packet that is let through costs what grows in the average time between two. 32-bit arithmetic that wraps. What is
/// remembered is the tick of the last packet (its low 32 bits) in the high half, and the credit in the low one; 0 is a full bucket.
/// </summary>
/// <param name="Average">The time from packet to packet, in 1/10,000 seconds; at least 1.</param>
/// <param name="Burst">Packets that may come at once; at least 1.</param>
public sealed record TokenBucket(uint Average, uint Burst) : StatefulQuestion
{
    /// <summary>Parts of a second that <see cref="Average"/> counts (XT_LIMIT_SCALE).</summary>
    public const uint Scale = 10_000;

    public override Question Code => new TokenBucket(1, 1);

    /// <summary>The credit of one tick (CREDITS_PER_JIFFY): the power of two that lets a day's fit into 32 bits.</summary>
    public static uint CreditsPerJiffy(int hertz) => 1u << BitOperations.Log2(uint.MaxValue / ((uint)hertz * 60 * 60 * 24));

    /// <summary>Whether a burst's credit fits into 32 bits, as the kernel asks before it takes a rule.</summary>
    public bool Fits(int hertz) => Burst > 0 && CreditsOf(unchecked(Average * Burst), hertz) >= CreditsOf(Average, hertz);

    /// <summary>Full.</summary>
    public override ulong Start => 0;

    /// <summary>The cost of a packet and the most credit there can be; the credit of a tick.</summary>
    public override (ulong First, ulong Second) Constants(int hertz) => (((ulong)Cap(hertz) << 32) | Cost(hertz), CreditsPerJiffy(hertz));

    public override bool Ask(Packet packet, ref ulong memory)
    {
        uint now = (uint)packet.Clock.Jiffies;
        int hertz = packet.Clock.Hertz;
        uint credit = memory == 0 ? Cap(hertz) : unchecked((uint)memory + ((now - (uint)(memory >> 32)) * CreditsPerJiffy(hertz)));
        credit = Math.Min(credit, Cap(hertz));
        bool passes = credit >= Cost(hertz);
        memory = ((ulong)now << 32) | (passes ? credit - Cost(hertz) : credit);
        return passes;
    }

    private uint Cost(int hertz) => CreditsOf(Average, hertz);

    private uint Cap(int hertz) => CreditsOf(unchecked(Average * Burst), hertz);

    /// <summary>user2credits: where the product would not fit, the quotient comes first.</summary>
    private static uint CreditsOf(uint time, int hertz)
    {
        uint second = (uint)hertz * CreditsPerJiffy(hertz);
        return time > uint.MaxValue / second ? unchecked(time / Scale * second) : time * second / Scale;
    }
}
