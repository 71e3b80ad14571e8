using MiniFirewall.Sys;

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

    /// <summary>Whether a refusal says that what is asked for is not there, or that nftables is not.</summary>
    public static bool IsAbsence(SystemCallException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Errno is NoEntry or Invalid or NoProtocol or NotSupported;
    }
}
