using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>Readers of the values of -m policy.</summary>
internal static class PolicyReaders
{
    private static readonly byte[] Protocols = [51, 50, 108];

    /// <summary>One of two words; true for the second.</summary>
    internal static ValueReader<bool> Either(string what, string first, string second)
    {
        return Read;

        bool Read(Word word, ReadContext context, out bool isSecond)
        {
            isSecond = word.Text == second;
            bool isRead = isSecond || word.Text == first;
            if (!isRead)
            {
                context.Diagnostics.Report(ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is not a {what}", $"write {first} or {second}");
            }

            return isRead;
        }
    }

    /// <summary>ah, esp or ipcomp, or their numbers; /etc/protocols has the last in capitals too.</summary>
    internal static bool Protocol(Word word, ReadContext context, out byte protocol)
    {
        protocol = 0;
        bool isRead = NumberText.TryParse(word.Text, out ulong number) && number <= byte.MaxValue
            ? (protocol = (byte)number) == number
            : ProtocolNames.TryGetNumber(word.Text == "IPCOMP" ? "ipcomp" : word.Text, out protocol);
        if (!isRead || !Protocols.Contains(protocol))
        {
            context.Diagnostics.Report(ErrorCodes.UnknownProtocol, word, $"{Show.Word(word.Text)} is not a protocol of IPsec", "write ah, esp or ipcomp",
                isRead ? Convention.Usage("policy match: protocol must be ah/esp/ipcomp") : null);
            return false;
        }

        return true;
    }

    /// <summary>ADDRESS, ADDRESS/PREFIX or ADDRESS/MASK.</summary>
    internal static bool End(Word word, ReadContext context, out TunnelEnd end)
    {
        Word[] parts = [.. word.Split('/')];
        if (PlainAddress.TryRead(word.Text) is { } plain)
        {
            end = new TunnelEnd(plain.Family, plain.Address & plain.Mask, plain.Mask);
            return IsOfRule(word, context, plain.Family);
        }

        if (parts.Length == 2 && AddressNotation.TryParse(parts[0].Text, out var family, out UInt128 address)
            && AddressNotation.TryParse(parts[1].Text, out var maskFamily, out UInt128 mask) && family == maskFamily)
        {
            end = new TunnelEnd(family, address & mask, mask);
            return IsOfRule(word, context, family);
        }

        end = new TunnelEnd(default, 0, 0);
        context.Diagnostics.Report(ErrorCodes.BadAddress, word, $"{Show.Word(word.Text)} is not an address", "write ADDRESS or ADDRESS/PREFIX", Convention.UnknownHost);
        return false;
    }

    private static bool IsOfRule(Word word, ReadContext context, Family family)
    {
        bool isIts = context.Families.Has(family);
        if (!isIts)
        {
            string own = family == Family.IPv4 ? "IPv4" : "IPv6";
            context.Diagnostics.Report(
                ErrorCodes.FamilyConflict, word, $"{Show.Word(word.Text)} is for {own}, but the rule is not", "write a rule of its own for each family", Convention.OtherFamily);
        }

        return isIts;
    }
}
