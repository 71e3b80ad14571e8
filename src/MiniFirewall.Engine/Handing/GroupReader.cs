using System.Globalization;

namespace MiniFirewall.Engine.Handing;

/// <summary>Who reads a netlink group, and what he wants of packets (net/netfilter/nfnetlink_log.c, seq_show).</summary>
/// <param name="Port">Of his netlink socket.</param>
/// <param name="Mode">NFULNL_COPY_*.</param>
/// <param name="Range">Bytes of a packet at most, in <see cref="GroupReaderMode.Packet"/>.</param>
internal readonly record struct GroupReader(int Group, uint Port, GroupReaderMode Mode, uint Range)
{
    /// <summary>One line a group: group, port, packets that wait, mode, range, and what nothing here depends on.</summary>
    internal const string Path = "/proc/thread-self/net/netfilter/nfnetlink_log";

    private const int FieldsUsed = 5;

    /// <summary>The groups of the calling thread's namespace that somebody reads; none where the kernel has no nfnetlink_log.</summary>
    internal static Dictionary<int, GroupReader> All()
    {
        try
        {
            return File.ReadLines(Path).Select(Parse).ToDictionary(reader => reader.Group);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static GroupReader Parse(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        uint[] numbers = [.. fields.Take(FieldsUsed).Select(field => uint.Parse(field, CultureInfo.InvariantCulture))];
        return new((int)numbers[0], numbers[1], (GroupReaderMode)numbers[3], numbers[4]);
    }
}

/// <summary>What a group's reader wants of packets (include/uapi/linux/netfilter/nfnetlink_log.h).</summary>
internal enum GroupReaderMode
{
    /// <summary>He has not said yet, and so gets all but the packet's bytes.</summary>
    None = 0,

    /// <summary>All but the packet's bytes.</summary>
    Meta = 1,

    Packet = 2,

    /// <summary>Nothing at all.</summary>
    Disabled = 3,
}
