using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>A packet for which two things differ, in words: the fields that matter, bits that do not as 0.</summary>
internal static class Witness
{
    internal static string Describe(Dictionary<int, bool> values, bool isV6)
    {
        Family family = isV6 ? Family.IPv6 : Family.IPv4;
        var words = new List<string>();
        foreach (Field field in Enum.GetValues<Field>())
        {
            if (ValueOf(values, KeyVariables.SlotOf(field, family)) is { } value)
            {
                words.Add(Describe(field, value, family));
            }
        }

        for (Part part = 0; part <= Part.Protocol; part++)
        {
            if (values.TryGetValue(KeyVariables.OfPart(part), out bool isEntrys))
            {
                words.Add($"{part} {(isEntrys ? "as" : "not as")} the entry's");
            }
        }

        return words.Count > 0 ? string.Join(", ", words) : "any packet";
    }

    private static UInt128? ValueOf(Dictionary<int, bool> values, KeySlot slot)
    {
        UInt128 value = 0;
        bool matters = false;
        for (int bit = 0; bit < slot.Bits; bit++)
        {
            if (values.TryGetValue(KeyVariables.OfBit(slot, bit), out bool isSet))
            {
                matters = true;
                value |= isSet ? UInt128.One << bit : 0;
            }
        }

        return matters ? value : null;
    }

    private static string Describe(Field field, UInt128 value, Family family) => field switch
    {
        Field.Source or Field.Destination => $"{field} {AddressText.Format(family, value)}",
        Field.InInterface or Field.OutInterface => $"{field} {Name(value)}",
        _ => $"{field} {value}",
    };

    private static string Name(UInt128 value)
    {
        var name = new System.Text.StringBuilder();
        for (int shift = 120; shift >= 0; shift -= 8)
        {
            char c = (char)(byte)(value >> shift);
            name.Append(c == 0 ? "" : char.IsAsciiLetterOrDigit(c) ? c.ToString() : "?");
        }

        return $"\"{name}\"";
    }
}
