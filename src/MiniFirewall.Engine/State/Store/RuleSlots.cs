using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>The counter slots of a rule or of a built-in chain's policies; 0 where there is none.</summary>
/// <param name="KeptV4">The place went on from the generation before; see <see cref="Counting.SlotPlan"/>.</param>
internal readonly record struct RuleSlots(int V4, int V6, bool KeptV4 = false, bool KeptV6 = false)
{
    internal int Of(Family family) => family == Family.IPv4 ? V4 : V6;

    internal bool IsKept(Family family) => family == Family.IPv4 ? KeptV4 : KeptV6;

    /// <summary>As one number a family: the slot doubled, plus one where it was kept.</summary>
    internal (uint V4, uint V6) Pack() => (((uint)V4 << 1) | (KeptV4 ? 1u : 0), ((uint)V6 << 1) | (KeptV6 ? 1u : 0));

    internal static RuleSlots Unpack(uint v4, uint v6) => new((int)(v4 >> 1), (int)(v6 >> 1), (v4 & 1) != 0, (v6 & 1) != 0);
}
