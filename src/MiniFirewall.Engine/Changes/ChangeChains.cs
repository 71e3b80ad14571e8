using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Changes;

/// <summary>
/// The tables of nftables, one a family, whose chains stand behind the programs on the filter hooks and change packets as those have noted in
/// their slots (<see cref="Compiler.Changes.ChangeSlot"/>), of the calling thread's network namespace. Kernel 6.2 with nf_tables, nft_compat and
/// xt_bpf, and xt_TCPMSS where segment sizes are lowered. CAP_NET_ADMIN, and CAP_BPF and CAP_PERFMON to make them.
/// </summary>
internal static class ChangeChains
{
    private const int NoEntry = 2, NotSupported = 95;

    /// <summary>Whether a table of nftables is one of these, or one of <see cref="NeededTables"/>.</summary>
    /// <param name="family">NFPROTO_*.</param>
    internal static bool IsOwn(byte family, string table) => (table == ChangeTable.Name || NeededTables.IsOwn(table)) && DispatcherCompiler.Families.Contains((Family)family);

    /// <summary>
    /// Makes the chains do what is needed, in one step for all of them, or changes nothing. What they did before they go on doing, since rules in
    /// force may ask for it, unless the map is new: then nobody does.
    /// </summary>
    /// <param name="changes">The map of slots.</param>
    /// <param name="mapIsNew">The tables that may be there look into another map.</param>
    /// <exception cref="FirewallException">The kernel lacks a part, or so many different values do not fit.</exception>
    /// <exception cref="SystemCallException">The kernel refuses something else.</exception>
    internal static void Ensure(BpfMap changes, ChangeNeeds needs, bool mapIsNew)
    {
        ChangeNeeds?[] found = mapIsNew ? [] : ReadAll();
        if (!mapIsNew && found.All(table => table?.Covers(needs) == true))
        {
            return;
        }

        ChangeNeeds all = Fitting(found.Aggregate(needs, (sum, table) => table is null ? sum : sum.Union(table)), needs);
        using var programs = new LoadedChangePrograms(all, changes);
        Replace(programs, all);
    }

    /// <summary>Takes the tables away where they are.</summary>
    internal static void Remove()
    {
        foreach (Family family in DispatcherCompiler.Families)
        {
            ChangeTable.TryDelete(family);
        }
    }

    /// <summary>What the chains say that they can do; null where one of the tables is missing, or they do not say the same.</summary>
    internal static ChangeNeeds? Read() => ReadAll() is [{ } first, .. var others] && others.All(first.Equals) ? first : null;

    /// <summary>Whether the chains are there and say that they can do what is needed.</summary>
    internal static bool IsComplete(ChangeNeeds needs) => Read()?.Covers(needs) == true;

    private static ChangeNeeds?[] ReadAll()
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        ChangeNeeds?[] said = [.. DispatcherCompiler.Families.Select(family => ChangeTable.TryRead(socket, family))];
        if (said.All(needs => needs is null))
        {
            return said;
        }

        OwnRules rules = OwnRules.Read(socket);
        return [.. DispatcherCompiler.Families.Select((family, i) => rules.AreIn(family, ChangeTable.Name, DispatcherCompiler.Hooks) ? said[i] : null)];
    }

    /// <summary>
    /// What nobody asks for any more is found again at each change, so it heaps up; where it does not fit any more, what is asked for now is kept alone.
    /// </summary>
    private static ChangeNeeds Fitting(ChangeNeeds all, ChangeNeeds needs) =>
        ChangeTable.HasRoomFor(all) ? all
        : ChangeTable.HasRoomFor(needs) ? needs
        : throw new FirewallException(FirewallFailure.Refused,
            $"the rules ask for {needs.Priorities.Length} different priorities (CLASSIFY) and {needs.SegmentSizes.Length} different segment sizes (TCPMSS), which do not fit into {ChangeTable.MostUserData} bytes");

    private static void Replace(LoadedChangePrograms programs, ChangeNeeds needs)
    {
        try
        {
            ChangeTable.Replace(programs, needs);
        }
        catch (SystemCallException refusal) when (refusal.Errno is NoEntry or NotSupported)
        {
            string parts = needs.SegmentSizes.IsEmpty ? "nf_tables, nft_compat and xt_bpf" : "nf_tables, nft_compat, xt_bpf and xt_TCPMSS";
            throw new FirewallException(FirewallFailure.Unsupported, $"rules that change packets (MARK, CLASSIFY, TCPMSS) need the kernel's {parts} ({refusal.Message})", refusal);
        }
    }
}
