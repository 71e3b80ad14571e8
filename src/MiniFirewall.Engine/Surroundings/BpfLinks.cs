using MiniFirewall.Bpf;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>Netfilter programs by their links, which the kernel lists for all network namespaces together. CAP_SYS_ADMIN.</summary>
internal static class BpfLinks
{
    private const string OwnPrefix = "minifw_";

    /// <summary>The links of this firewall here, and those of others wherever they are; this firewall's in other namespaces are left out.</summary>
    /// <param name="own">Numbers of this firewall's links here.</param>
    internal static IEnumerable<HookedFunction> Read(HashSet<uint> own)
    {
        var found = new List<HookedFunction>();
        for (uint? id = BpfLinkCalls.NextId(0); id is { } number; id = BpfLinkCalls.NextId(number))
        {
            using FileDescriptor? link = BpfLinkCalls.TryOpen(number);
            if (link is null || BpfObjectCalls.LinkInfo(link, $"link {number}") is not { Netfilter: { } place } info)
            {
                continue;
            }

            string name = NameOf(info.ProgramId);
            bool isOwn = own.Contains(number);
            if (isOwn || !name.StartsWith(OwnPrefix, StringComparison.Ordinal))
            {
                found.Add(new(HookNames.Family(place.Family), HookNames.Hook(place.Family, place.Hook), place.Priority, isOwn ? HookOwner.Minifw : HookOwner.Bpf,
                    isOwn ? $"{name}" : $"{name}, link {number} of this or another namespace")
                {
                    ProgramId = info.ProgramId,
                });
            }
        }

        return found;
    }

    /// <summary>A program's name; its number where it has none or has gone.</summary>
    internal static string NameOf(uint id)
    {
        using FileDescriptor? program = BpfProgramCalls.TryOpen(id);
        return program is not null && BpfObjectCalls.ProgramInfo(program, $"program {id}").Name is { Length: > 0 } name ? name : $"program {id}";
    }
}
