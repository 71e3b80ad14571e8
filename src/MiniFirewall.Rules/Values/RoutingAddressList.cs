using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>The IPv6 addresses of a routing header as a comma list (libip6t_rt.c, parse_addresses).</summary>
internal static class RoutingAddressList
{
    /// <summary>IP6T_RT_HOPS.</summary>
    private const int Most = 16;

    internal static string Print(ImmutableArray<UInt128> addresses) =>
        string.Join(',', addresses.Select(address => AddressNotation.Print(Family.IPv6, address)));

    internal static bool Read(Word word, ReadContext context, out ImmutableArray<UInt128> addresses)
    {
        var list = ImmutableArray.CreateBuilder<UInt128>();
        addresses = [];
        foreach (Word item in word.Split(','))
        {
            if (!AddressNotation.TryParseV6(item.Text, out UInt128 address))
            {
                context.Diagnostics.Report(
                    ErrorCodes.BadAddress, item, item.Text.Length == 0 ? "an address is missing" : $"{Show.Word(item.Text)} is not an IPv6 address",
                    "a comma list of addresses such as 2001:db8::1");
                return false;
            }

            if (list.Count == Most)
            {
                context.Diagnostics.Words = null;
                context.Diagnostics.Report(ErrorCodes.TooManyItems, item, $"more than {Most} addresses", "ask for fewer", Convention.Usage("too many addresses specified"));
                return false;
            }

            list.Add(address);
        }

        addresses = list.ToImmutable();
        return true;
    }
}
