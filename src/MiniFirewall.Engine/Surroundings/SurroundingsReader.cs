using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>Puts together what is known of a network namespace's hooks.</summary>
internal sealed class SurroundingsReader(FirewallStatus status)
{
    private const int NotPermitted = 1, NoAccess = 13;

    private readonly List<string> _notes = [];
    private readonly List<(string Program, Family Family, SavedRules Rules)> _saved = [];

    internal HostSurroundings Read()
    {
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            Save(family, family == Family.IPv4 ? "iptables-legacy-save" : "ip6tables-legacy-save", LegacyTables.Names(family).Length > 0);
        }

        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        List<HookedFunction>? nft = NftChains.TryRead(socket);
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            string table = family == Family.IPv4 ? "chain ip " : "chain ip6 ";
            Save(family, family == Family.IPv4 ? "iptables-nft-save" : "ip6tables-nft-save", nft?.Exists(chain => chain.Owner == HookOwner.Nftables && chain.Name.StartsWith(table, StringComparison.Ordinal)) == true);
        }

        List<HookedFunction>? whole = KernelHookList.TryRead(socket);
        IEnumerable<HookedFunction> hooks = whole is null ? Known(nft) : Annotated(whole, nft);
        return new(
            [.. hooks.OrderBy(hook => hook.Family, StringComparer.Ordinal).ThenBy(hook => HookNames.Place(hook.Hook)).ThenBy(hook => hook.Priority ?? int.MinValue)],
            whole is not null, [.. Programs()], [.. _notes])
        {
            Saved = [.. _saved],
            Conntrack = ReadConntrack(),
        };
    }

    private void Save(Family family, string program, bool isWanted)
    {
        if (!isWanted)
        {
            return;
        }

        if (SavedRules.TryRead(program) is { } saved)
        {
            _saved.Add((program, family, saved));
        }
        else
        {
            _notes.Add($"{program} is not installed or fails, so those rules cannot be read");
        }
    }

    private SavedRules? LegacyOf(Family family) => _saved.Find(saved => saved.Family == family && saved.Program.Contains("legacy", StringComparison.Ordinal)).Rules;

    /// <summary>Without the kernel's own list.</summary>
    private List<HookedFunction> Known(List<HookedFunction>? nft)
    {
        _notes.Add("this kernel does not list its hooks (CONFIG_NETFILTER_NETLINK_HOOK): what is shown is what nftables, iptables and BPF tell of themselves; the kernel's own tracking, address translation and other modules are missing");
        List<HookedFunction> hooks = [.. LegacyTables.Chains(Family.IPv4, LegacyOf(Family.IPv4)), .. LegacyTables.Chains(Family.IPv6, LegacyOf(Family.IPv6)), .. nft ?? []];
        try
        {
            hooks.AddRange(BpfLinks.Read(OwnLinks()));
            hooks.AddRange(status.Links.Where(link => link.Id == 0).Select(OwnOf));
        }
        catch (SystemCallException refusal) when (refusal.Errno is NotPermitted or NoAccess)
        {
            _notes.Add("BPF links cannot be listed here, which needs CAP_SYS_ADMIN: others' Netfilter programs are missing");
            hooks.AddRange(status.Links.Select(OwnOf));
        }

        return hooks;
    }

    /// <summary>
    /// The kernel's list, with what is known of each function. Chains that translate are no functions of a hook but are called by one
    /// (nf_nat_core.c, nf_nat_register_fn): most kernels' lists have that one alone.
    /// </summary>
    private IEnumerable<HookedFunction> Annotated(List<HookedFunction> whole, List<HookedFunction>? nft)
    {
        HashSet<uint> own = [.. status.Links.Select(link => link.ProgramId)];
        List<HookedFunction> legacy = [.. LegacyTables.Chains(Family.IPv4, LegacyOf(Family.IPv4)), .. LegacyTables.Chains(Family.IPv6, LegacyOf(Family.IPv6))];
        HashSet<HookedFunction> unlisted = [.. legacy.Concat(nft ?? []).Where(chain => chain.Translates)];
        foreach (HookedFunction hook in whole)
        {
            HookedFunction? known = hook.Owner switch
            {
                HookOwner.Iptables => legacy.Find(chain => chain.Family == hook.Family && chain.Hook == hook.Hook && chain.Priority == hook.Priority),
                HookOwner.Nftables => nft?.Find(chain => chain.Name == hook.Name && chain.Hook == hook.Hook),
                HookOwner.Bpf => Named(hook, own),
                _ => null,
            };
            if (known is not null)
            {
                unlisted.Remove(known);
            }

            yield return known is null ? hook : hook with { Owner = known.Owner, Name = known.Name, Rules = known.Rules, Policy = known.Policy, Translates = known.Translates };
        }

        foreach (HookedFunction chain in unlisted)
        {
            yield return chain;
        }
    }

    /// <summary>The kernel's list is of this network namespace, where nobody else has fragments put together under that name.</summary>
    private static HookedFunction Named(HookedFunction hook, HashSet<uint> own)
    {
        string name = TryNameOf(hook.ProgramId!.Value);
        return hook with { Owner = own.Contains(hook.ProgramId.Value) || name is Reassembly.Name or ChangeGuard.Name ? HookOwner.Minifw : HookOwner.Bpf, Name = name };
    }

    /// <summary>A link as status tells of it; under the module it is a hook of the module's, and has no number.</summary>
    private static HookedFunction OwnOf(AttachedLink link) =>
        new(link.Point.Family == Family.IPv4 ? "ipv4" : "ipv6", HookOf(link.Point.Hook), link.Priority, HookOwner.Minifw, link.Id == 0 ? "minifw_dispatch [minifw]" : "minifw_dispatch")
        {
            ProgramId = link.ProgramId,
        };

    private HashSet<uint> OwnLinks() => [.. status.Links.Select(link => link.Id)];

    private static string TryNameOf(uint program)
    {
        try
        {
            return BpfLinks.NameOf(program);
        }
        catch (SystemCallException)
        {
            return $"program {program}";
        }
    }

    private List<InterfaceProgram> Programs()
    {
        try
        {
            return InterfacePrograms.Read();
        }
        catch (SystemCallException refusal)
        {
            _notes.Add($"XDP and TC programs could not be read: {refusal.Message}");
            return [];
        }
    }

    private static string HookOf(Hook hook) => hook switch { Hook.LocalIn => "input", Hook.Forward => "forward", _ => "output" };

    private static (long Used, long Most)? ReadConntrack() =>
        Number("/proc/sys/net/netfilter/nf_conntrack_count") is { } used && Number("/proc/sys/net/netfilter/nf_conntrack_max") is { } most ? (used, most) : null;

    private static long? Number(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(file), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
