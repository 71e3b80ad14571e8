using MiniFirewall.Compiler;
using MiniFirewall.Netlink;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Changes;

/// <summary>Which of this firewall's chains of nftables have rules: somebody may have emptied a table, which is there then and says what it could do.</summary>
internal sealed class OwnRules
{
    private readonly HashSet<(Family Family, string Table, string Chain)> _chains = [];

    private OwnRules()
    {
    }

    /// <summary>Of the network namespace that the socket was opened in. CAP_NET_ADMIN.</summary>
    /// <exception cref="Sys.SystemCallException">The kernel refuses, as one without nftables does (<see cref="Nftables.IsAbsence"/>).</exception>
    internal static OwnRules Read(NetlinkSocket socket)
    {
        var rules = new OwnRules();
        Nftables.List(socket, Nftables.GetRule, "nftables' rules", rules.Add);
        return rules;
    }

    /// <summary>Whether each of a table's chains on these hooks has some.</summary>
    internal bool AreIn(Family family, string table, IEnumerable<Hook> hooks) => hooks.All(hook => _chains.Contains((family, table, ChangeRules.HookChain(hook))));

    private void Add(ReadOnlySpan<byte> payload)
    {
        (string table, string chain) = Nftables.PlaceOfRule(payload);
        if (ChangeChains.IsOwn(payload[0], table))
        {
            _chains.Add(((Family)payload[0], table, chain));
        }
    }
}
