using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Adds the packet to a rate estimator (net/netfilter/xt_RATEEST.c, xt_rateest_tg), which all questions of that name share, of both
/// families. Always answered yes.
/// </summary>
public sealed record RateCounted(string Estimator, EstimatorSettings Settings) : Question
{
    /// <summary>The estimator's place among those of the programs; the compiler says it.</summary>
    public int Slot { get; init; }

    public override bool NeedsPlace => true;

    public override Question Code => new RateCounted("", EstimatorSettings.Shortest);

    public override ulong Argument => (ulong)Slot;

    public override bool Ask(Packet packet) => true;
}
