using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>An address with the length of its prefix; bits behind the prefix stay as they were written. Host order.</summary>
public readonly record struct HostMask(Family Family, UInt128 Address, int Prefix)
{
    private static int Width(Family family) => family == Family.IPv4 ? 32 : 128;

    public bool Contains(UInt128 address) => ((address ^ Address) & AddressNotation.PrefixMask(Family, Prefix)) == 0;

    /// <summary>"ADDRESS", or "ADDRESS/PREFIX" where that is not the whole address.</summary>
    public override string ToString() => Prefix == Width(Family)
        ? AddressNotation.Print(Family, Address)
        : $"{AddressNotation.Print(Family, Address)}/{Prefix}";

    /// <summary>ADDRESS, ADDRESS/PREFIX or ADDRESS/MASK of one of the rule's families; a mask with holes is refused.</summary>
    internal static bool Read(Word word, ReadContext context, out HostMask host)
    {
        host = default;
        Word[] parts = [.. word.Split('/')];
        if (parts.Length > 2 || !TryReadAddress(parts[0], context, out Family family, out UInt128 address))
        {
            if (parts.Length > 2)
            {
                context.Diagnostics.Report(ErrorCodes.BadMask, word, $"{Show.Word(word.Text)} has more than one '/'", "write ADDRESS/PREFIX");
            }

            return false;
        }

        int prefix = Width(family);
        bool read = parts.Length == 1 || PrefixLengths.TryRead(parts[1], context, family, out prefix);
        host = new HostMask(family, address, prefix);
        return read;
    }

    /// <summary>A whole address of one of the rule's families; a host name is refused.</summary>
    internal static bool ReadHost(Word word, ReadContext context, out HostMask host)
    {
        bool read = TryReadAddress(word, context, out Family family, out UInt128 address);
        host = new HostMask(family, address, Width(family));
        return read;
    }

    private static bool TryReadAddress(Word word, ReadContext context, out Family family, out UInt128 address)
    {
        if (!AddressNotation.TryParse(word.Text, out family, out address))
        {
            context.Diagnostics.Report(
                ErrorCodes.BadAddress, word, word.Text.Length == 0 ? "an address is missing" : $"{Show.Word(word.Text)} is not an address",
                "a number such as 192.0.2.1 or 2001:db8::1; host names stand in -s and -d only", Convention.UnknownHost);
            return false;
        }

        if (!context.Families.Has(family))
        {
            string own = family == Family.IPv4 ? "IPv4" : "IPv6";
            context.Diagnostics.Report(
                ErrorCodes.FamilyConflict, word, $"{Show.Word(word.Text)} is for {own}, but the rule is not", "write a rule of its own for each family", Convention.OtherFamily);
            return false;
        }

        return true;
    }
}
