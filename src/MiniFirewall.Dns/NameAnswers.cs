using System.Collections.Immutable;
using MiniFirewall.Dns.Asking;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns;

/// <summary>Makes one answer of what was said about a name, without the addresses that it may not have.</summary>
public static class NameAnswers
{
    /// <summary>Of what name servers say to the questions for both families.</summary>
    internal static NameAnswer Of(string name, DnsResult v4, DnsResult v6, NameSettings settings, bool mayBePrivate)
    {
        bool hasFailed = v4.Outcome == NameOutcome.Failed || v6.Outcome == NameOutcome.Failed;
        string error = v4.Outcome == NameOutcome.Failed ? v4.Error : v6.Error;
        NameAddress[] addresses = [.. v4.Addresses, .. v6.Addresses];
        if (addresses.Length > 0)
        {
            NameAnswer found = Of(name, addresses, settings, mayBePrivate);
            return hasFailed ? found with { IsPartial = true, Error = found.Error.Length > 0 ? found.Error : error } : found;
        }

        return hasFailed ? new(name, NameOutcome.Failed, [], error)
            : v4.Outcome == NameOutcome.NoSuchName && v6.Outcome == NameOutcome.NoSuchName ? new(name, NameOutcome.NoSuchName, [], "there is no such name")
            : new(name, NameOutcome.NoAddress, [], "it has no address");
    }

    /// <summary>Of addresses: those that no host has are left out, private ones unless the name may have them, and those beyond the most.</summary>
    public static NameAnswer Of(string name, IEnumerable<NameAddress> addresses, NameSettings settings, bool mayBePrivate)
    {
        ArgumentNullException.ThrowIfNull(settings);
        NameAddress[] given = [.. addresses.GroupBy(address => (address.Family, address.Address)).Select(same => same.MinBy(address => address.Seconds))];
        NameAddress[] fit = [.. given.Where(address => !AddressScope.IsNobodys(address.Family, address.Address) && (mayBePrivate || !AddressScope.IsPrivate(address.Family, address.Address)))];
        ImmutableArray<NameAddress> kept = [.. Of(fit, Family.IPv4, settings), .. Of(fit, Family.IPv6, settings)];
        string error = fit.Length < given.Length
            ? $"{given.Length - fit.Length} addresses left out: no host, or a private network, for a public name (docs/names.md, private)"
            : kept.Length < fit.Length ? $"{fit.Length - kept.Length} addresses left out: more than {settings.MostAddresses} of a family" : "";
        return new(name, kept.IsEmpty ? NameOutcome.Refused : NameOutcome.Found, kept, error);
    }

    private static IEnumerable<NameAddress> Of(NameAddress[] addresses, Family family, NameSettings settings) =>
        addresses.Where(address => address.Family == family).OrderBy(address => address.Address).Take(settings.MostAddresses);
}
