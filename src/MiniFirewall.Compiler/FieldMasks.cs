using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Which bits of a field a test compares.</summary>
internal static class FieldMasks
{
    /// <summary>
    /// The kernel does not clear what stands behind an interface name's end, so a whole name is compared up to and with
    /// its first zero byte, as ifname_compare does.
    /// </summary>
    internal static UInt128 Effective(FieldTest test, KeySlot slot)
    {
        UInt128 mask = test.Mask & slot.FullMask;
        if (!IsInterface(test.Field) || mask != UInt128.MaxValue)
        {
            return mask;
        }

        int nameBytes = 16;
        while (nameBytes > 0 && (byte)(test.Value >> ((16 - nameBytes) * 8)) == 0)
        {
            nameBytes--;
        }

        int compared = Math.Min(nameBytes + 1, 16);
        return UInt128.MaxValue << ((16 - compared) * 8);
    }

    /// <summary>The value has bits that the mask hides, so that (field &amp; mask) is never equal to it.</summary>
    internal static bool NeverHolds(FieldTest test, UInt128 effective) => (test.Value & ~effective) != 0 && !IsInterface(test.Field);

    private static bool IsInterface(Field field) => field is Field.InInterface or Field.OutInterface;
}
