using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>An IPv6 segment identifier, compared under a mask. The address keeps the bits that the mask leaves out, as iptables prints them.</summary>
public readonly record struct SegmentId(UInt128 Address, UInt128 Mask)
{
    /// <summary>"ADDRESS/PREFIX", or "ADDRESS/MASK" where the mask's ones are not all at its beginning.</summary>
    public override string ToString() => AddressNotation.Print(Family.IPv6, Address, Mask);

    /// <summary>ADDRESS, ADDRESS/PREFIX or ADDRESS/MASK (XTTYPE_HOSTMASK, without host names).</summary>
    internal static bool Read(Word word, ReadContext context, out SegmentId segment)
    {
        Word[] parts = [.. word.Split('/')];
        segment = default;
        if (!AddressNotation.TryParseV6(parts[0].Text, out UInt128 address))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadAddress, parts[0], $"{Show.Word(parts[0].Text)} is not an IPv6 address", "a segment is an address such as 2001:db8::1, or ADDRESS/PREFIX",
                Convention.UnknownHost);
            return false;
        }

        UInt128 mask = UInt128.MaxValue;
        if (parts.Length > 2 || (parts.Length == 2 && !TryReadMask(parts[1].Text, out mask)))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadMask, parts[1], $"{Show.Word(parts[1].Text)} is not a mask of IPv6", "a number from 0 to 128, or a mask such as ffff::",
                PrefixLengths.BadLength(context));
            return false;
        }

        segment = new SegmentId(address, mask);
        return true;
    }

    private static bool TryReadMask(string text, out UInt128 mask)
    {
        if (AddressNotation.TryParseV6(text, out mask))
        {
            return true;
        }

        bool isPrefix = NumberText.TryParse(text, out ulong bits) && bits <= 128;
        mask = isPrefix ? AddressNotation.PrefixMask(Family.IPv6, (int)bits) : 0;
        return isPrefix;
    }
}
