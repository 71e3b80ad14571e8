using MiniFirewall.Compiler.Findings;

namespace MiniFirewall.Compiler.Changes;

/// <summary>A map of one value in which packets have slots: where a packet's is, is as in <see cref="ChangeSlot"/>.</summary>
/// <param name="SlotSize">Bytes.</param>
internal sealed record SlotMap(string Name, int SlotSize)
{
    internal static SlotMap Changes { get; } = new(WellKnownMaps.Changes, ChangeSlot.Size);

    internal static SlotMap Findings { get; } = new(WellKnownMaps.Findings, FindingSlot.Size);

    /// <summary>Bytes of the value: the ways of the last place stand behind it.</summary>
    internal int Bytes => ChangeSlot.Slots * SlotSize;
}
