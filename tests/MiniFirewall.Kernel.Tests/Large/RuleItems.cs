using MiniFirewall.Packets;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>How much a rule lists: itself, the addresses of its host names, its ports and port ranges, the networks that its address ranges are made of.</summary>
internal static class RuleItems
{
    internal static long Count(Rule rule, Family family) => rule.Families.Has(family)
        ? 1 + Addresses(rule.Source, family) + Addresses(rule.Destination, family) + rule.Matches.Sum(Listed)
        : 0;

    private static int Addresses(AddressSpec? spec, Family family) =>
        spec is HostName host ? (family == Family.IPv4 ? host.V4 : host.V6).Length : 0;

    private static int Listed(Match match) => match switch
    {
        MultiportMatch ports => ports.Ports.Length,
        IprangeMatch range => Networks(range.Source) + Networks(range.Destination),
        _ => 0,
    };

    private static int Networks(AddressRange? range)
    {
        int networks = 0;
        for (UInt128 at = range?.Low ?? 1, high = range?.High ?? 0; at <= high;)
        {
            // The largest network that starts here and does not end beyond the range.
            int bits = (int)Math.Min((int)UInt128.TrailingZeroCount(at), (int)UInt128.Log2(high - at + 1));
            networks++;
            UInt128 next = at + (UInt128.One << bits);
            if (next <= at)
            {
                break;
            }

            at = next;
        }

        return networks;
    }
}
