namespace MiniFirewall.Compiler;

/// <summary>
/// A slot of the map <see cref="WellKnownMaps.Answers"/>: struct minifw_slot (kernel/minifw/uapi/minifw.h). A processor has
/// <see cref="Count"/> of them.
/// </summary>
internal static class AnswerSlot
{
    internal const int Count = 8, Size = 16;

    /// <summary>u64: the address of the packet's sk_buff; 0 where the slot is free.</summary>
    internal const int Packet = 0;

    /// <summary>u64: <see cref="MiniFirewall.Policy.Answer"/>.</summary>
    internal const int Answer = 8;
}
