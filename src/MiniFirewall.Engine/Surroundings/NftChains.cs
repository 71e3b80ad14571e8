using MiniFirewall.Engine.Changes;
using MiniFirewall.Netlink;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>The base chains of nftables, with how many rules they have, of the calling thread's network namespace (NFNL_SUBSYS_NFTABLES). CAP_NET_ADMIN.</summary>
internal static class NftChains
{
    // include/uapi/linux/netfilter/nf_tables.h
    private const ushort GetChain = (10 << 8) | 4, GetRule = (10 << 8) | 7;
    private const ushort ChainTable = 1, ChainName = 3, ChainHook = 4, ChainPolicy = 5, ChainType = 7;
    private const ushort HookNumber = 1, HookPriority = 2, HookDevice = 3;
    private const ushort RuleTable = 1, RuleChain = 2;

    private const int NoEntry = 2, Invalid = 22, NotSupported = 95, NoProtocol = 93;

    /// <summary>How nft writes a table's family.</summary>
    internal static string TableFamily(byte family) => family switch { HookNames.IPv4 => "ip", HookNames.IPv6 => "ip6", _ => HookNames.Family(family) };

    /// <summary>Null where the kernel has no nftables.</summary>
    internal static List<HookedFunction>? TryRead(NetlinkSocket socket)
    {
        try
        {
            var chains = new List<(byte Family, string Table, HookedFunction Chain)>();
            Dictionary<(byte, string, string), int> rules = [];
            Dump(socket, GetChain, "nftables' chains", payload =>
            {
                if (ReadChain(payload) is { } chain)
                {
                    chains.Add(chain);
                }
            });
            if (chains.Count > 0)
            {
                Dump(socket, GetRule, "nftables' rules", payload => Count(rules, payload));
            }

            return [.. chains.Select(found => found.Chain with
            {
                Rules = rules.GetValueOrDefault((found.Family, found.Table, found.Chain.Name)),
                Name = $"chain {TableFamily(found.Family)} {found.Table} {found.Chain.Name}",
            })];
        }
        catch (SystemCallException refusal) when (refusal.Errno is NoEntry or Invalid or NotSupported or NoProtocol)
        {
            return null;
        }
    }

    private delegate void PayloadHandler(ReadOnlySpan<byte> payload);

    private static void Dump(NetlinkSocket socket, ushort type, string about, PayloadHandler handler)
    {
        Span<byte> buffer = stackalloc byte[64];
        var message = new MessageWriter(buffer, type, MessageWriter.Request | MessageWriter.Dump);
        message.NetfilterHeader(0);
        NetlinkDump.Run(socket, message.Finish(), about, (_, payload) =>
        {
            if (payload.Length >= 4)
            {
                handler(payload);
            }
        });
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
                case ChainTable: table = attributes.Text; break;
                case ChainName: name = attributes.Text; break;
                case ChainPolicy: policy = attributes.BigEndian == PolicyDrop ? "drop" : "accept"; break;
                case ChainType: translates = attributes.Text == "nat"; break;
                case ChainHook: place = ReadPlace(attributes.Nested, out device); break;
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
                case HookNumber: place.Hook = hook.BigEndian; break;
                case HookPriority: place.Priority = (int)hook.BigEndian; break;
                case HookDevice: device = hook.Text; break;
                default: break;
            }
        }

        return place;
    }

    private static void Count(Dictionary<(byte, string, string), int> rules, ReadOnlySpan<byte> payload)
    {
        string table = "", chain = "";
        var attributes = new AttributeReader(payload[4..]);
        while (attributes.Next())
        {
            table = attributes.Type == RuleTable ? attributes.Text : table;
            chain = attributes.Type == RuleChain ? attributes.Text : chain;
        }

        (byte, string, string) key = (payload[0], table, chain);
        rules[key] = rules.GetValueOrDefault(key) + 1;
    }
}
