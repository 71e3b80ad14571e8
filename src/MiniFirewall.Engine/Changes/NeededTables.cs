using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Netlink;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Changes;

/// <summary>
/// Tables of nftables of the calling thread's network namespace by which the kernel's own matches and targets work for rules (<see cref="MatchTable"/>,
/// <see cref="TargetTable"/>). Kernel 6.4 with nf_tables, nft_compat, xt_bpf and the modules of the matches and targets. CAP_NET_ADMIN, and CAP_BPF and CAP_PERFMON to
/// make them.
/// </summary>
internal static class NeededTables
{
    private const int NoEntry = 2, NotSupported = 95;

    private const string About = "nftables' chains for the kernel's own matches and targets";

    /// <summary>Whether a table is one of these.</summary>
    internal static bool IsOwn(string table) => table.StartsWith(TableNeed.Prefix, StringComparison.Ordinal);

    /// <summary>Makes the tables that are missing, in one step, or changes nothing.</summary>
    /// <param name="maps">Has the maps that programs look into.</param>
    /// <param name="isNew">Whether a map is a new one: tables that may be there look into another.</param>
    /// <exception cref="FirewallException">The kernel lacks a part, or what a part is told of is not there.</exception>
    /// <exception cref="SystemCallException">The kernel refuses something else.</exception>
    internal static void Ensure(TableNeeds needs, IReadOnlyDictionary<string, BpfMap> maps, Func<string, bool> isNew)
    {
        HashSet<(Family, string)> there = ReadAll(needs);
        TableNeed[] missing = [.. needs.All.Where(need => isNew(need.Map) || !there.Contains((need.Family, need.Name)))];
        AccountingObjects.Require(missing.OfType<TargetTable>().Select(need => need.Target));
        var batch = new NetfilterBatch(Nftables.Subsystem);
        var loaded = new List<BpfProgram>();
        try
        {
            foreach (TableNeed need in missing)
            {
                List<BpfProgram> programs = [];
                foreach (ProgramSpec spec in need.Programs())
                {
                    programs.Add(BpfProgram.Load(spec, KernelBtf.Types, new Dictionary<string, BpfMap> { [need.Map] = maps[need.Map] }));
                    loaded.Add(programs[^1]);
                }

                Write(new NftTableWriter(batch, need.Family, need.Name), need, programs);
            }

            if (loaded.Count > 0)
            {
                Send(batch, needs);
            }
        }
        finally
        {
            loaded.ForEach(program => program.Dispose());
        }
    }

    /// <summary>Takes the tables away that are not needed.</summary>
    internal static void RemoveOthers(TableNeeds needs)
    {
        HashSet<(Family Family, string Name)> others = ReadAll();
        others.ExceptWith(needs.All.Select(need => (need.Family, need.Name)));
        if (others.Count == 0)
        {
            return;
        }

        var batch = new NetfilterBatch(Nftables.Subsystem);
        foreach ((Family family, string name) in others)
        {
            new NftTableWriter(batch, family, name).Delete();
        }

        batch.Send(About);
    }

    /// <summary>Whether all that are needed are there, and nobody has emptied one.</summary>
    internal static bool AreComplete(TableNeeds needs) => needs.All.IsEmpty || ReadAll(needs).Count == needs.All.Length;

    /// <summary>Of the needed ones, those that are there and have their rules.</summary>
    private static HashSet<(Family Family, string Name)> ReadAll(TableNeeds needs)
    {
        HashSet<(Family Family, string Name)> found = ReadAll();
        if (found.Count == 0)
        {
            return found;
        }

        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        OwnRules rules = OwnRules.Read(socket);
        found.IntersectWith(needs.All.Where(need => rules.AreIn(need.Family, need.Name, need.Hooks)).Select(need => (need.Family, need.Name)));
        return found;
    }

    private static HashSet<(Family Family, string Name)> ReadAll()
    {
        HashSet<(Family Family, string Name)> found = [];
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        try
        {
            Nftables.List(socket, Nftables.GetTable, "nftables' tables", payload => Add(found, payload));
        }
        catch (SystemCallException refusal) when (Nftables.IsAbsence(refusal))
        {
            // Without nftables there are none.
        }

        return found;
    }

    private static void Add(HashSet<(Family, string)> found, ReadOnlySpan<byte> payload)
    {
        if (!DispatcherCompiler.Families.Contains((Family)payload[0]))
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

    private static void Write(NftTableWriter table, TableNeed need, IReadOnlyList<BpfProgram> programs)
    {
        // A table that is not there cannot be deleted.
        table.Make();
        table.Delete();
        table.Make();
        foreach (Hook hook in need.Hooks)
        {
            need.WriteChain(table, hook, ChangeRules.HookChain(hook), programs);
        }
    }

    private static void Send(NetfilterBatch batch, TableNeeds needs)
    {
        try
        {
            batch.Send(About);
        }
        catch (SystemCallException refusal) when (refusal.Errno is NoEntry or NotSupported)
        {
            string modules = string.Join(", ", needs.All.Select(need => need.Module).Distinct());
            throw new FirewallException(
                FirewallFailure.Unsupported, $"what the kernel's own matches and targets do for rules needs its nf_tables, nft_compat, xt_bpf and {modules} ({refusal.Message})", refusal);
        }
    }
}
