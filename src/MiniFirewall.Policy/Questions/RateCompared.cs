using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>How a rate stands to another.</summary>
public enum RateOrder
{
    Less,
    Greater,
    Equal,
}

/// <summary>
/// The rate of an estimator compares so with that of another, or with a number (net/netfilter/xt_rateest.c, xt_rateest_mt).
/// </summary>
/// <param name="Second">The other estimator; empty where a number is compared.</param>
/// <param name="IsDelta">Not rates are compared, but by how much they are below a number each, 0 where they are above it.</param>
/// <param name="OfBytes">Bytes a second are compared, packets where not.</param>
public sealed record RateCompared(string First, string Second, RateOrder Order, bool IsDelta, bool OfBytes) : Question
{
    /// <summary>Where slots stand in <see cref="Argument"/>, below them the second number.</summary>
    public const int FirstSlotShift = 32, SecondSlotShift = 48;

    /// <summary>What the first rate is taken from.</summary>
    public uint FirstNumber { get; init; }

    /// <summary>What the second rate is taken from, or what the first is compared with.</summary>
    public uint SecondNumber { get; init; }

    /// <summary>The estimators' places among those of the programs; the compiler says them.</summary>
    public int FirstSlot { get; init; }

    public int SecondSlot { get; init; }

    /// <summary>Two estimators are compared.</summary>
    public bool IsRelative => Second.Length > 0;

    public override bool NeedsPlace => true;

    public override Question Code => new RateCompared("", IsRelative ? "other" : "", Order, IsDelta, OfBytes) { FirstNumber = IsDelta ? FirstNumber : 0 };

    public override ulong Argument => SecondNumber | ((ulong)FirstSlot << FirstSlotShift) | ((ulong)SecondSlot << SecondSlotShift);

    /// <summary>The answer while no packet has been counted.</summary>
    public override bool Ask(Packet packet) => Holds(0, 0);

    /// <summary>The answer for such rates of the two.</summary>
    /// <param name="second">Means nothing where a number is compared.</param>
    public bool Holds(ulong first, ulong second)
    {
        ulong left = IsDelta ? Below(FirstNumber, first) : first;
        ulong right = !IsRelative ? SecondNumber : IsDelta ? Below(SecondNumber, second) : second;
        return Order switch
        {
            RateOrder.Less => left < right,
            RateOrder.Greater => left > right,
            _ => left == right,
        };
    }

    private static ulong Below(uint number, ulong rate) => number >= rate ? number - rate : 0;
}
