using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>One member of -s or -d: what it asks, for which families, and where it stands. Spec is null where it asks nothing.</summary>
internal readonly record struct AddressItem(AddressSpec? Spec, FamilySet Families, Word Place);

/// <summary>Reads the arguments of -s and -d: addresses, prefixes, masks, names and comma lists of them.</summary>
internal sealed class AddressReader(ReadSession session)
{
    private const int LongestName = 253;
    private readonly DiagnosticBag _diagnostics = session.Diagnostics;

    /// <summary>The list's members that could be read; what could not is reported.</summary>
    internal List<AddressItem> ReadList(Word word, bool negated)
    {
        if (PlainAddress.TryRead(word.Text) is { } plain)
        {
            return [Masked(word, plain.Family, plain.Address, plain.Mask, negated)];
        }

        List<AddressItem> items = [];
        foreach (Word item in word.Split(','))
        {
            int blanks = item.Text.Length - item.Text.TrimStart().Length;
            if (Read(item.From(blanks), negated) is { } read)
            {
                items.Add(read);
            }
        }

        return items;
    }

    private AddressItem? Read(Word word, bool negated)
    {
        int slash = word.Text.LastIndexOf('/');
        Word host = slash < 0 ? word : word.Part(0, slash);
        Word? mask = slash < 0 ? null : word.From(slash + 1);
        if (host.Text.Length == 0)
        {
            _diagnostics.Report(ErrorCodes.BadAddress, word, "an address is missing", "write an address, ADDRESS/PREFIX or a host name; a list has commas and no blanks");
            return null;
        }

        if (host.Text.Contains(':', StringComparison.Ordinal))
        {
            return ReadV6(word, host, mask, negated);
        }

        bool isNumeric = char.IsAsciiDigit(host.Text[0]) && host.Text.All(c => char.IsAsciiHexDigit(c) || c is '.' or 'x' or 'X')
            && host.Text.Split('.').All(part => part.Length == 0 || part.All(char.IsAsciiDigit) || part.StartsWith("0x", StringComparison.OrdinalIgnoreCase));
        return isNumeric ? ReadV4(word, host, mask, negated) : ReadName(word, host, mask, negated);
    }

    private AddressItem? ReadV4(Word word, Word host, Word? mask, bool negated)
    {
        if (!AddressNotation.TryParseV4(host.Text, mask is null ? 4 : 1, out UInt128 address))
        {
            ReportV4(host);
            return null;
        }

        return TryReadMask(mask, Family.IPv4, out UInt128 bits) ? Masked(word, Family.IPv4, address, bits, negated) : null;
    }

    private void ReportV4(Word host)
    {
        string[] parts = host.Text.Split('.');
        string help = parts switch
        {
            _ when parts.Any(part => NumberText.IsAmbiguous(part)) => "a number with a leading zero is octal for iptables; write it without",
            { Length: < 4 } when parts.All(part => part.Length > 0) =>
                $"for a network write {string.Join('.', parts.Concat(Enumerable.Repeat("0", 4 - parts.Length)))}/{parts.Length * 8}",
            { Length: > 4 } => "four numbers from 0 to 255",
            _ => "four numbers from 0 to 255, with dots between them",
        };
        _diagnostics.Report(ErrorCodes.BadAddress, host, $"{Show.Word(host.Text)} is not an IPv4 address", help);
    }

    private AddressItem? ReadV6(Word word, Word host, Word? mask, bool negated)
    {
        if (!AddressNotation.TryParseV6(host.Text, out UInt128 address))
        {
            string help = host.Text switch
            {
                ['[', ..] => "write it without brackets",
                _ when host.Text.Contains("//", StringComparison.Ordinal) || word.Text.Contains("//", StringComparison.Ordinal) => "write the host's name alone",
                _ when AddressNotation.TryParseV4(host.Text.Split(':')[0], 4, out _) => "a port is asked for with --sport or --dport",
                _ when host.Text.Contains('%', StringComparison.Ordinal) => "write it without the zone; an interface is asked for with -i or -o",
                _ => "such as 2001:db8::1",
            };
            _diagnostics.Report(ErrorCodes.BadAddress, host, $"{Show.Word(host.Text)} is not an IPv6 address", help);
            return null;
        }

        return TryReadMask(mask, Family.IPv6, out UInt128 bits) ? Masked(word, Family.IPv6, address, bits, negated) : null;
    }

    /// <summary>A mask of no bits asks nothing, but says which family is meant; negated, it never matches and is kept.</summary>
    private static AddressItem Masked(Word word, Family family, UInt128 address, UInt128 mask, bool negated)
    {
        AddressSpec? spec = mask == 0 && !negated ? null : new MaskedAddress(family, address & mask, mask, negated);
        return new AddressItem(spec, family.ToSet(), word);
    }

    private bool TryReadMask(Word? mask, Family family, out UInt128 bits)
    {
        int width = family == Family.IPv4 ? 32 : 128;
        bits = AddressNotation.PrefixMask(family, width);
        if (mask is not { } word)
        {
            return true;
        }

        bool isAddress = family == Family.IPv4
            ? AddressNotation.TryParseV4(word.Text, 4, out UInt128 dotted)
            : AddressNotation.TryParseV6(word.Text, out dotted);
        if (isAddress)
        {
            bits = dotted;
            return true;
        }

        if (NumberText.TryParse(word.Text, out ulong prefix) && prefix <= (ulong)width)
        {
            bits = AddressNotation.PrefixMask(family, (int)prefix);
            return true;
        }

        string help = NumberText.IsAmbiguous(word.Text)
            ? "a number with a leading zero is octal for iptables; write it without"
            : $"a number from 0 to {width}, or a mask such as {(family == Family.IPv4 ? "255.255.255.0" : "ffff::")}";
        _diagnostics.Report(ErrorCodes.BadMask, word, $"{Show.Word(word.Text)} is not a mask of {FamilyNarrowing.Print(family.ToSet())}", help);
        return false;
    }

    /// <summary>A star among letters: not what is left of an address.</summary>
    private static bool IsPatternLike(string text) => text.Contains('*', StringComparison.Ordinal) && text.Any(char.IsAsciiLetter);

    private AddressItem? ReadName(Word word, Word host, Word? mask, bool negated)
    {
        if (mask is { Text: "0" } && !negated)
        {
            return new AddressItem(null, FamilySet.Both, word);
        }

        if (!(session.HasLiveNames ? IsLiveName(host.Text) : IsHostName(host.Text)))
        {
            string help = host.Text switch
            {
                _ when IsPatternLike(host.Text) => session.HasLiveNames
                    ? "a pattern is *. and a domain, such as *.example.com"
                    : "a pattern of names stands in a file for minifw apply",
                _ when host.Text.Contains('$', StringComparison.Ordinal) => "a shell variable is left in; write its value",
                _ when char.IsAsciiDigit(host.Text[0]) && host.Text.Contains('-', StringComparison.Ordinal) =>
                    "a range of addresses needs -m iprange with --src-range or --dst-range",
                _ => "write an address, ADDRESS/PREFIX or a host name",
            };
            _diagnostics.Report(ErrorCodes.BadAddress, host, $"{Show.Word(host.Text)} is not an address or a host name", help);
            return null;
        }

        if (mask is not null)
        {
            _diagnostics.Report(ErrorCodes.BadMask, word, "a host name takes no mask", "write the network's address, such as 192.0.2.0/24");
            return null;
        }

        if (session.HasLiveNames)
        {
            return new AddressItem(new HostName(host.Text.TrimEnd('.').ToLowerInvariant(), [], [], negated) { IsLive = true }, FamilySet.Both, word);
        }

        if (session.Resolve(host.Text) is not { } addresses)
        {
            _diagnostics.Report(
                ErrorCodes.UnresolvedName, host, $"host name {Show.Word(host.Text)} has no address", "check its spelling, or write the address");
            return null;
        }

        var name = new HostName(host.Text, addresses.V4, addresses.V6, negated);
        return new AddressItem(name, name.Families, word);
    }

    /// <summary>A name that name servers can be asked for, or all names below a domain: *.example.com.</summary>
    private static bool IsLiveName(string text)
    {
        const int LongestLabel = 63;
        bool isPattern = text.StartsWith("*.", StringComparison.Ordinal);
        string name = (isPattern ? text[2..] : text).TrimEnd('.');
        return name.Length > 0 && IsHostName(name) && (!isPattern || name.Contains('.', StringComparison.Ordinal))
            && name.Split('.').All(label => label.Length is > 0 and <= LongestLabel);
    }

    private static bool IsHostName(string text) => text.Length <= LongestName && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && text.Any(char.IsAsciiLetter)
        && !text.Contains("..", StringComparison.Ordinal);
}
