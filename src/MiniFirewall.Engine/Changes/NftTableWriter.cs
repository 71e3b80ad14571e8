using MiniFirewall.Netlink;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Changes;

/// <summary>Writes the messages that make a table of nftables into a batch (include/uapi/linux/netfilter/nf_tables.h). Numbers are in network order.</summary>
internal sealed class NftTableWriter(NetfilterBatch batch, Family family, string table)
{
    /// <summary>NLM_F_CREATE, NLM_F_APPEND.</summary>
    private const ushort Create = 0x400, Append = 0x800;

    private const ushort ListElement = 1, CompatibilityProtocol = 1, CompatibilityFlags = 2;
    private const uint Accept = 1;

    /// <summary>A rule has at most two expressions of 528 bytes, and some short ones.</summary>
    private readonly byte[] _buffer = new byte[2048];

    /// <summary>Where it is there already, it stays as it is.</summary>
    internal void Make(ReadOnlySpan<byte> userData = default)
    {
        MessageWriter message = Begin(Nftables.NewTable, Create);
        message.Attribute(Nftables.TableName, table);
        if (!userData.IsEmpty)
        {
            message.Attribute(Nftables.TableUserData, userData);
        }

        Add(message, "the table");
    }

    /// <summary>With all that is in it.</summary>
    internal void Delete()
    {
        MessageWriter message = Begin(Nftables.DeleteTable, 0);
        message.Attribute(Nftables.TableName, table);
        Add(message, "the old table");
    }

    /// <summary>A chain that rules jump to.</summary>
    internal void Chain(string name)
    {
        MessageWriter message = Begin(Nftables.NewChain, Create);
        message.Attribute(Nftables.ChainTable, table);
        message.Attribute(Nftables.ChainName, name);
        Add(message, $"chain {name}");
    }

    /// <summary>A chain of type filter on a hook, which accepts what its rules let through.</summary>
    internal void HookChain(string name, Hook hook, int priority)
    {
        MessageWriter message = Begin(Nftables.NewChain, Create);
        message.Attribute(Nftables.ChainTable, table);
        message.Attribute(Nftables.ChainName, name);
        int place = message.BeginNested(Nftables.ChainHook);
        message.AttributeBigEndian(Nftables.HookNumber, (uint)hook);
        message.AttributeBigEndian(Nftables.HookPriority, (uint)priority);
        message.EndNested(place);
        message.AttributeBigEndian(Nftables.ChainPolicy, Accept);
        message.Attribute(Nftables.ChainType, "filter");
        Add(message, $"chain {name} at priority {priority}");
    }

    /// <summary>A rule at a chain's end.</summary>
    /// <param name="about">What it is for, for errors.</param>
    internal void Rule(string chain, string about, params ReadOnlySpan<NftExpression> expressions) => AddRule(chain, about, null, expressions);

    /// <summary>A rule whose matches and targets of xtables are told that its packets are TCP's; it has to see to it that they are.</summary>
    internal void TcpRule(string chain, string about, params ReadOnlySpan<NftExpression> expressions) => AddRule(chain, about, IpProtocol.Tcp, expressions);

    private void AddRule(string chain, string about, uint? protocol, ReadOnlySpan<NftExpression> expressions)
    {
        MessageWriter message = Begin(Nftables.NewRule, Create | Append);
        message.Attribute(Nftables.RuleTable, table);
        message.Attribute(Nftables.RuleChain, chain);
        int list = message.BeginNested(Nftables.RuleExpressions);
        foreach (NftExpression expression in expressions)
        {
            int element = message.BeginNested(ListElement);
            expression.Write(ref message);
            message.EndNested(element);
        }

        message.EndNested(list);
        if (protocol is { } number)
        {
            int compatibility = message.BeginNested(Nftables.RuleCompatibility);
            message.AttributeBigEndian(CompatibilityProtocol, number);
            message.AttributeBigEndian(CompatibilityFlags, 0);
            message.EndNested(compatibility);
        }

        Add(message, $"the rule for {about} in chain {chain}");
    }

    private MessageWriter Begin(ushort type, ushort flags)
    {
        var message = new MessageWriter(_buffer, type, (ushort)(MessageWriter.Request | flags));
        message.NetfilterHeader((byte)family);
        return message;
    }

    private void Add(MessageWriter message, string about) => batch.Add(message.Finish(), $"{about} ({family})");
}
