using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>
/// The variables of <see cref="Diagrams"/>: every bit of the packet key, most significant first in each word of eight bytes;
/// then questions that are not about bits.
/// </summary>
internal static class KeyVariables
{
    private const int KeyBits = PacketKey.Size * 8;

    private const int FirstPart = KeyBits, FirstSet = FirstPart + Parts.Count, FirstQuestion = 1 << 30;

    /// <summary>The variable of "this part of the packet is as the entry says", where it does not matter what it says.</summary>
    internal static int OfPart(Part part) => FirstPart + (int)part;

    /// <summary>The variable of "the packet is in this set, by these fields".</summary>
    internal static int OfSet(uint what) => checked(FirstSet + (int)what);

    /// <summary>The variable of "the answer to this question is yes"; behind all others.</summary>
    internal static int OfQuestion(int number) => checked(FirstQuestion + number);

    /// <summary>The variable of a bit of the number that stands at a place in the key.</summary>
    internal static int OfBit(int offset, int bit)
    {
        int keyBit = (offset * 8) + bit;
        return (keyBit & ~63) + 63 - (keyBit & 63);
    }

    /// <summary>The variable of a bit of a field; bit 0 is the least significant.</summary>
    internal static int OfBit(KeySlot slot, int bit) => bit >= 64 ? OfBit(slot.HighOffset, bit - 64) : OfBit(slot.Offset, bit);

    internal static KeySlot SlotOf(Field field, Family family) => PacketKey.SlotOf(field, family);
}
