using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Values;

/// <summary>An address in its usual spelling: a whole one, with or without a prefix's length.</summary>
/// <param name="Address">With all its bits, also those that the mask leaves out.</param>
internal readonly record struct PlainAddress(Family Family, UInt128 Address, UInt128 Mask)
{
    /// <summary>Null for all other spellings, right or wrong.</summary>
    internal static PlainAddress? TryRead(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> host = slash < 0 ? text : text[..slash];
        Family family = host.Contains(':') ? Family.IPv6 : Family.IPv4;
        int width = family == Family.IPv4 ? 32 : 128;
        ulong prefix = (ulong)width;
        bool isPlain = (family == Family.IPv4 ? AddressNotation.TryParseV4(host, 4, out UInt128 address) : AddressNotation.TryParseV6(host, out address))
            && (slash < 0 || (NumberText.TryParse(text[(slash + 1)..], out prefix) && prefix <= (ulong)width));
        return isPlain ? new PlainAddress(family, address, AddressNotation.PrefixMask(family, (int)prefix)) : null;
    }

    /// <summary>What a rule asks; null for every address of the family.</summary>
    internal AddressSpec? ToSpec() => Mask == 0 ? null : new MaskedAddress(Family, Address & Mask, Mask, Negated: false);
}
