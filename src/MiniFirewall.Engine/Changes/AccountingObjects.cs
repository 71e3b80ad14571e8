using System.Text;
using MiniFirewall.Netlink;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Changes;

/// <summary>The accounting objects of the calling thread's network namespace, in which -m nfacct counts (include/uapi/linux/netfilter/nfnetlink_acct.h).</summary>
internal static class AccountingObjects
{
    private const ushort Get = (7 << 8) | 1, Name = 1, Flags = 5;

    /// <summary>NFACCT_F_QUOTA_PKTS and NFACCT_F_QUOTA_BYTES.</summary>
    private const uint HasQuota = 3;

    /// <summary>An object lives as long as a table counts in it, and has a quota or none for as long as it lives.</summary>
    /// <exception cref="FirewallException">One is not there, or has a quota.</exception>
    internal static void Require(IEnumerable<HandedToTarget> targets)
    {
        string[] names = [.. targets.Where(target => target is { IsMatch: true, Target: "nfacct" }).Select(NameOf).Distinct()];
        if (names.Length == 0)
        {
            return;
        }

        Dictionary<string, bool> there = Read();
        foreach (string name in names)
        {
            if (!there.TryGetValue(name, out bool isLimited))
            {
                throw new FirewallException(FirewallFailure.Refused, $"there is no accounting object '{name}': make it with 'nfacct add {name}'");
            }

            if (isLimited)
            {
                throw new FirewallException(FirewallFailure.Unsupported, $"accounting object '{name}' has a quota, and rules cannot ask whether that is used up: take one without");
            }
        }
    }

    private static string NameOf(HandedToTarget target) => Encoding.UTF8.GetString([.. target.Information.TakeWhile(letter => letter != 0)]);

    /// <summary>All of them, and whether each has a quota.</summary>
    private static Dictionary<string, bool> Read()
    {
        Dictionary<string, bool> found = [];
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        try
        {
            Nftables.List(socket, Get, "accounting objects", payload => Add(found, payload));
        }
        catch (SystemCallException refusal) when (Nftables.IsAbsence(refusal))
        {
            // A kernel without them has none.
        }

        return found;
    }

    private static void Add(Dictionary<string, bool> found, ReadOnlySpan<byte> payload)
    {
        (string name, bool isLimited) = ("", false);
        var attributes = new AttributeReader(payload[4..]);
        while (attributes.Next())
        {
            name = attributes.Type == Name ? attributes.Text : name;
            isLimited |= attributes.Type == Flags && (attributes.BigEndian & HasQuota) != 0;
        }

        found[name] = isLimited;
    }
}
