using MiniFirewall.Netlink;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>
/// The kernel's own list of what is on its hooks, in order (NFNL_SUBSYS_HOOK, CONFIG_NETFILTER_NETLINK_HOOK; Linux 5.14, BPF programs 6.4), of the calling
/// thread's network namespace. CAP_NET_ADMIN.
/// </summary>
internal static class KernelHookList
{
    // include/uapi/linux/netfilter/nfnetlink_hook.h
    private const ushort Get = 12 << 8;
    private const ushort HookNumber = 1, Priority = 2, Device = 3, FunctionName = 4, ModuleName = 5, ChainInfo = 6;
    private const ushort InfoDescription = 1, InfoType = 2, ChainTable = 1, ChainFamily = 2, ChainName = 3, BpfId = 1;
    private const uint TypeNftables = 1, TypeBpf = 2;

    /// <summary>kernel/minifw's own.</summary>
    private const string HookModuleName = "minifw";

    private const int NoEntry = 2, Invalid = 22, NotSupported = 95, NoProtocol = 93;

    private static readonly (byte Family, uint Hooks)[] Families = [(HookNames.IPv4, 5), (HookNames.IPv6, 5), (HookNames.Arp, 3), (HookNames.Bridge, 5)];

    /// <summary>Null where the kernel does not tell.</summary>
    internal static List<HookedFunction>? TryRead(NetlinkSocket socket)
    {
        var found = new List<HookedFunction>();
        foreach ((byte family, uint hooks) in Families)
        {
            for (uint hook = 0; hook < hooks; hook++)
            {
                if (!TryRead(socket, family, hook, found) && family == HookNames.IPv4)
                {
                    return null;
                }
            }
        }

        return found;
    }

    /// <summary>False where the kernel has no such list, or no such hooks.</summary>
    private static bool TryRead(NetlinkSocket socket, byte family, uint hook, List<HookedFunction> found)
    {
        Span<byte> buffer = stackalloc byte[64];
        var message = new MessageWriter(buffer, Get, MessageWriter.Request | MessageWriter.Dump);
        message.NetfilterHeader(family);
        message.AttributeBigEndian(HookNumber, hook);
        try
        {
            NetlinkDump.Run(socket, message.Finish(), $"hooks of {HookNames.Family(family)}", (_, payload) => found.Add(Read(family, hook, payload)));
            return true;
        }
        catch (SystemCallException refusal) when (refusal.Errno is NoEntry or Invalid or NotSupported or NoProtocol)
        {
            return false;
        }
    }

    private static HookedFunction Read(byte family, uint hook, ReadOnlySpan<byte> payload)
    {
        string function = "", module = "";
        string? device = null, chain = null;
        int priority = 0;
        uint? program = null;
        var attributes = new AttributeReader(payload.Length >= 4 ? payload[4..] : default);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Priority: priority = (int)attributes.BigEndian; break;
                case Device: device = attributes.Text; break;
                case FunctionName: function = attributes.Text; break;
                case ModuleName: module = attributes.Text; break;
                case ChainInfo: (chain, program) = ReadChain(attributes.Nested); break;
                default: break;
            }
        }

        string name = chain is not null ? $"chain {chain}" : module.Length > 0 ? $"{function} [{module}]" : function;
        return new(HookNames.Family(family), HookNames.Hook(family, hook), priority, OwnerOf(function, module, chain, program), name) { Device = device, ProgramId = program };
    }

    private static (string? Chain, uint? Program) ReadChain(AttributeReader info)
    {
        uint type = 0;
        ReadOnlySpan<byte> description = default;
        while (info.Next())
        {
            if (info.Type == InfoType)
            {
                type = info.BigEndian;
            }
            else if (info.Type == InfoDescription)
            {
                description = info.Value;
            }
        }

        string table = "", chain = "", family = "";
        uint? program = null;
        var attributes = new AttributeReader(description);
        while (attributes.Next())
        {
            if (type == TypeBpf && attributes.Type == BpfId)
            {
                program = attributes.BigEndian;
            }
            else if (type == TypeNftables)
            {
                table = attributes.Type == ChainTable ? attributes.Text : table;
                chain = attributes.Type == ChainName ? attributes.Text : chain;
                family = attributes.Type == ChainFamily ? NftChains.TableFamily(attributes.Value is [.., var number] ? number : (byte)0) : family;
            }
        }

        return (type == TypeNftables ? $"{family} {table} {chain}".TrimStart() : null, program);
    }

    private static HookOwner OwnerOf(string function, string module, string? chain, uint? program) =>
        program is not null ? HookOwner.Bpf
        : module == HookModuleName ? HookOwner.Minifw
        : chain is not null ? HookOwner.Nftables
        : function.StartsWith("ipt_do", StringComparison.Ordinal) || function.StartsWith("ip6t_do", StringComparison.Ordinal) || function.Contains("table_", StringComparison.Ordinal) ? HookOwner.Iptables
        : function.Contains("conntrack", StringComparison.Ordinal) || function.Contains("nf_nat", StringComparison.Ordinal)
            || function.Contains("defrag", StringComparison.Ordinal) || function == "nf_confirm" ? HookOwner.Conntrack
        : HookOwner.Other;
}
