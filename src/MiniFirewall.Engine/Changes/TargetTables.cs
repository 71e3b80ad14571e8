using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Netlink;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Changes;

/// <summary>
/// Tables of nftables, one for each of the kernel's targets that rules hand packets to, of the calling thread's network namespace: their chains ask a
/// program whether the packet's slot names the target (<see cref="ChangeSlot.Targets"/>), and have it carried out. Kernel 6.4 with nf_tables, nft_compat, xt_bpf
/// and the target's own module. CAP_NET_ADMIN, and CAP_BPF and CAP_PERFMON to make them.
/// </summary>
internal static class TargetTables
{
    private const string Prefix = ChangeTable.Name + "-";

    /// <summary>Behind the chains that change packets; what decides comes last, since a packet may not come back from it.</summary>
    private const int Priority = ChangeRules.Priority + 1, DecidingPriority = Priority + 1;

    /// <summary>The first priority behind these.</summary>
    internal const int PriorityBehind = DecidingPriority + 1;

    private const int NoEntry = 2, NotSupported = 95;

    /// <summary>Whether a table is one of these.</summary>
    internal static bool IsOwn(string table) => table.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes the tables that are missing, in one step, or changes nothing.</summary>
    /// <param name="changes">The map of slots.</param>
    /// <param name="mapIsNew">Tables that may be there look into another map.</param>
    /// <exception cref="FirewallException">The kernel lacks a part.</exception>
    /// <exception cref="SystemCallException">The kernel refuses something else.</exception>
    internal static void Ensure(BpfMap changes, TargetNeeds needs, bool mapIsNew)
    {
        HashSet<(Family, string)> there = mapIsNew ? [] : ReadAll(isWhole: true);
        var batch = new NetfilterBatch(Nftables.Subsystem);
        var programs = new List<BpfProgram>();
        try
        {
            foreach ((Family family, HandedToTarget target) in needs.All.Where(need => !there.Contains((need.Family, NameOf(need.Target)))))
            {
                BpfProgram program = BpfProgram.Load(ChangePrograms.IsFor(target), KernelBtf.Types, new Dictionary<string, BpfMap> { [WellKnownMaps.Changes] = changes });
                programs.Add(program);
                Write(new NftTableWriter(batch, family, NameOf(target)), target, program);
            }

            if (programs.Count > 0)
            {
                Send(batch, needs);
            }
        }
        finally
        {
            programs.ForEach(program => program.Dispose());
        }
    }

    /// <summary>Takes the tables away that are not needed.</summary>
    internal static void RemoveOthers(TargetNeeds needs)
    {
        HashSet<(Family Family, string Name)> others = ReadAll(isWhole: false);
        others.ExceptWith(needs.All.Select(need => (need.Family, NameOf(need.Target))));
        if (others.Count == 0)
        {
            return;
        }

        var batch = new NetfilterBatch(Nftables.Subsystem);
        foreach ((Family family, string name) in others)
        {
            new NftTableWriter(batch, family, name).Delete();
        }

        batch.Send("nftables' chains that carry out targets");
    }

    /// <summary>Whether all that are needed are there.</summary>
    internal static bool AreComplete(TargetNeeds needs) =>
        needs.IsEmpty || ReadAll(isWhole: true).IsSupersetOf(needs.All.Select(need => (need.Family, NameOf(need.Target))));

    private static string NameOf(HandedToTarget target) => $"{Prefix}{target.Target.ToLowerInvariant()}-{target.Number:x8}";

    /// <param name="isWhole">Only those that nobody has emptied.</param>
    private static HashSet<(Family Family, string Name)> ReadAll(bool isWhole)
    {
        HashSet<(Family Family, string Name)> found = [];
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        var question = new MessageWriter(stackalloc byte[64], Nftables.GetTable, MessageWriter.Request | MessageWriter.Dump);
        question.NetfilterHeader(0);
        try
        {
            NetlinkDump.Run(socket, question.Finish(), "nftables' tables", (_, payload) => Add(found, payload));
            if (isWhole && found.Count > 0)
            {
                OwnRules rules = OwnRules.Read(socket);
                found.RemoveWhere(table => !rules.AreIn(table.Family, table.Name));
            }
        }
        catch (SystemCallException refusal) when (Nftables.IsAbsence(refusal))
        {
            // Without nftables there are none.
        }

        return found;
    }

    private static void Add(HashSet<(Family, string)> found, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 4 || !DispatcherCompiler.Families.Contains((Family)payload[0]))
        {
            return;
        }

        var attributes = new AttributeReader(payload[4..]);
        while (attributes.Next())
        {
            if (attributes.Type == Nftables.TableName && IsOwn(attributes.Text))
            {
                found.Add(((Family)payload[0], attributes.Text));
            }
        }
    }

    private static void Write(NftTableWriter table, HandedToTarget target, BpfProgram program)
    {
        // A table that is not there cannot be deleted.
        table.Make();
        table.Delete();
        table.Make();
        foreach (Hook hook in DispatcherCompiler.Hooks)
        {
            string chain = ChangeRules.HookChain(hook);
            table.HookChain(chain, hook, target.Decides ? DecidingPriority : Priority);
            table.Rule(chain, $"target {target.Target}", NftExpression.Bpf(program), NftExpression.Target(target));
        }
    }

    private static void Send(NetfilterBatch batch, TargetNeeds needs)
    {
        try
        {
            batch.Send("nftables' chains that carry out targets");
        }
        catch (SystemCallException refusal) when (refusal.Errno is NoEntry or NotSupported)
        {
            string modules = string.Join(", ", needs.All.Select(need => $"xt_{need.Target.Target}").Distinct());
            throw new FirewallException(
                FirewallFailure.Unsupported, $"targets that the kernel carries out behind the rules need its nf_tables, nft_compat, xt_bpf and {modules} ({refusal.Message})", refusal);
        }
    }
}
