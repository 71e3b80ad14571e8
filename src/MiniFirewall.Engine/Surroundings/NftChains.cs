using MiniFirewall.Engine.Changes;
using MiniFirewall.Netlink;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>The base chains of nftables, with how many rules they have, of the calling thread's network namespace (NFNL_SUBSYS_NFTABLES). CAP_NET_ADMIN.</summary>
internal static class NftChains
{
    /// <summary>How nft writes a table's family.</summary>
    internal static string TableFamily(byte family) => family switch { HookNames.IPv4 => "ip", HookNames.IPv6 => "ip6", _ => HookNames.Family(family) };

    /// <summary>Null where the kernel has no nftables.</summary>
    internal static List<HookedFunction>? TryRead(NetlinkSocket socket)
    {
        try
        {
            var chains = new List<(byte Family, string Table, HookedFunction Chain)>();
            Dictionary<(byte, string, string), int> rules = [];
            Nftables.List(socket, Nftables.GetChain, "nftables' chains", payload =>
            {
                if (ReadChain(payload) is { } chain)
                {
                    chains.Add(chain);
                }
            });
            if (chains.Count > 0)
            {
                Nftables.List(socket, Nftables.GetRule, "nftables' rules", payload => Count(rules, payload));
            }

            return [.. chains.Select(found => found.Chain with
            {
                Rules = rules.GetValueOrDefault((found.Family, found.Table, found.Chain.Name)),
                Name = $"chain {TableFamily(found.Family)} {found.Table} {found.Chain.Name}",
            })];
        }
        catch (SystemCallException refusal) when (Nftables.IsAbsence(refusal))
        {
            return null;
        }
    }

    /// <summary>Null for a chain that is on no hook.</summary>
    private static (byte Family, string Table, HookedFunction Chain)? ReadChain(ReadOnlySpan<byte> payload)
    {
        const uint PolicyDrop = 0;
        byte family = payload[0];
        string table = "", name = "";
        string? policy = null, device = null;
        bool translates = false;
        (uint Hook, int Priority)? place = null;
        var attributes = new AttributeReader(payload[4..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Nftables.ChainTable: table = attributes.Text; break;
                case Nftables.ChainName: name = attributes.Text; break;
                case Nftables.ChainPolicy: policy = attributes.BigEndian == PolicyDrop ? "drop" : "accept"; break;
                case Nftables.ChainType: translates = attributes.Text == "nat"; break;
                case Nftables.ChainHook: place = ReadPlace(attributes.Nested, out device); break;
                default: break;
            }
        }

        HookOwner owner = ChangeChains.IsOwn(family, table) ? HookOwner.Minifw : HookOwner.Nftables;
        return place is not { } at ? null
            : (family, table, new HookedFunction(HookNames.Family(family), HookNames.Hook(family, at.Hook), at.Priority, owner, name) { Policy = policy, Device = device, Translates = translates });
    }

    private static (uint Hook, int Priority) ReadPlace(AttributeReader hook, out string? device)
    {
        (uint Hook, int Priority) place = default;
        device = null;
        while (hook.Next())
        {
            switch (hook.Type)
            {
                case Nftables.HookNumber: place.Hook = hook.BigEndian; break;
                case Nftables.HookPriority: place.Priority = (int)hook.BigEndian; break;
                case Nftables.HookDevice: device = hook.Text; break;
                default: break;
            }
        }

        return place;
    }

    private static void Count(Dictionary<(byte, string, string), int> rules, ReadOnlySpan<byte> payload)
    {
        (string table, string chain) = Nftables.PlaceOfRule(payload);
        (byte, string, string) key = (payload[0], table, chain);
        rules[key] = rules.GetValueOrDefault(key) + 1;
    }
}
