using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Netlink;

/// <summary>Numbers of nftables' messages and of what stands in them (include/uapi/linux/netfilter/nf_tables.h).</summary>
public static class Nftables
{
    /// <summary>NFNL_SUBSYS_NFTABLES.</summary>
    public const byte Subsystem = 10;

    /// <summary>NFT_MSG_*, as types of netlink messages.</summary>
    public const ushort NewTable = Subsystem << 8, GetTable = NewTable | 1, DeleteTable = NewTable | 2;

    public const ushort NewChain = NewTable | 3, GetChain = NewTable | 4, NewRule = NewTable | 6, GetRule = NewTable | 7;

    /// <summary>NFTA_TABLE_*.</summary>
    public const ushort TableName = 1, TableUserData = 6;

    /// <summary>NFTA_CHAIN_*.</summary>
    public const ushort ChainTable = 1, ChainName = 3, ChainHook = 4, ChainPolicy = 5, ChainType = 7;

    /// <summary>NFTA_HOOK_*.</summary>
    public const ushort HookNumber = 1, HookPriority = 2, HookDevice = 3;

    /// <summary>NFTA_RULE_*.</summary>
    public const ushort RuleTable = 1, RuleChain = 2, RuleExpressions = 4, RuleCompatibility = 5;

    private const int NoEntry = 2, Invalid = 22, NoProtocol = 93, NotSupported = 95;

    /// <summary>Is given an object of a list, from its struct nfgenmsg on, whose first byte is the family.</summary>
    public delegate void ObjectHandler(ReadOnlySpan<byte> payload);

    /// <summary>Has every object of a kind handled, of all families, in the network namespace that the socket was opened in. CAP_NET_ADMIN.</summary>
    /// <param name="type">The message that asks for one, such as <see cref="GetRule"/>.</param>
    /// <exception cref="SystemCallException">The kernel refuses, as one without nftables does (<see cref="IsAbsence"/>).</exception>
    public static void List(NetlinkSocket socket, ushort type, string about, ObjectHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var message = new MessageWriter(stackalloc byte[64], type, MessageWriter.Request | MessageWriter.Dump);
        message.NetfilterHeader(0);
        NetlinkDump.Run(socket, message.Finish(), about, (_, payload) =>
        {
            if (payload.Length >= 4)
            {
                handler(payload);
            }
        });
    }

    /// <summary>The table and the chain that a rule of a list is in.</summary>
    public static (string Table, string Chain) PlaceOfRule(ReadOnlySpan<byte> payload)
    {
        (string Table, string Chain) place = ("", "");
        var attributes = new AttributeReader(payload[4..]);
        while (attributes.Next())
        {
            place.Table = attributes.Type == RuleTable ? attributes.Text : place.Table;
            place.Chain = attributes.Type == RuleChain ? attributes.Text : place.Chain;
        }

        return place;
    }

    /// <summary>Whether a refusal says that what is asked for is not there, or that nftables is not.</summary>
    public static bool IsAbsence(SystemCallException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Errno is NoEntry or Invalid or NoProtocol or NotSupported;
    }
}
