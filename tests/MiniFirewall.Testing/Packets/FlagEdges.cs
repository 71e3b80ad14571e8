using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Testing.Packets;

/// <summary>TCP flag bytes around a --tcp-flags test.</summary>
internal static class FlagEdges
{
    /// <summary>What is asked for; the same with every other flag; and with each asked flag turned over.</summary>
    internal static IEnumerable<int> Of(string mask, string set)
    {
        int asked = Parse(mask), wanted = Parse(set) & asked;
        return Enumerable.Range(0, 8).Select(bit => 1 << bit).Where(bit => (asked & bit) != 0).Select(bit => wanted ^ bit)
            .Append(wanted)
            .Append(wanted | (0xff & ~asked));
    }

    private static int Parse(string list) =>
        list.Split(',').Aggregate(0, (flags, name) => flags | (int)(TcpFlagNames.TryParse(name) ?? TcpFlags.None));
}
