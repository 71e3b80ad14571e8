using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Connections;

/// <summary>The map "connections" of a generation. One that another version of minifw made, of another layout, is as good as none: nobody here can read it.</summary>
internal static class TableMap
{
    internal static BpfMap? TryOpen(DirectoryHandle generation)
    {
        BpfMap? map = BpfMap.TryOpen(generation.PathOf(WellKnownMaps.Connections));
        if (map is null || ConnectionTable.IsSize(map.ValueSize))
        {
            return map;
        }

        map.Dispose();
        return null;
    }

    /// <summary>Whether there is one, but of another layout.</summary>
    internal static bool IsOfOtherVersion(DirectoryHandle generation)
    {
        using BpfMap? map = BpfMap.TryOpen(generation.PathOf(WellKnownMaps.Connections));
        return map is not null && !ConnectionTable.IsSize(map.ValueSize);
    }
}
