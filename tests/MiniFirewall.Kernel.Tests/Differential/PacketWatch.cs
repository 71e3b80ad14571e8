using System.Globalization;
using System.Text.RegularExpressions;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>Counters of nftables, behind the filter hooks of a device, of packets as these leave them: marks bit by bit, priorities and segment sizes.</summary>
internal sealed partial class PacketWatch
{
    private const int Behind = 150;

    private static readonly string[] s_hooks = ["input", "forward", "output"];

    private static readonly string[] s_counted =
    [
        .. Enumerable.Range(0, 32).Select(bit => $"meta mark and 0x{1u << bit:x} != 0"),
        "meta mark 0",
        "meta mark 0xffffffff",
        .. ((string[])["1:2", "0:1", "ffff:ffff"]).Select(priority => $"meta priority {priority}"),
        .. ((int[])[500, 536, 600, 1000, 1340, 1360, 1400, 1440, 1460, 9000]).Select(size => $"tcp option maxseg size {size}"),
    ];

    private readonly Device _device;

    internal PacketWatch(Device device)
    {
        _device = device;
        Reset();
    }

    /// <summary>Counts from zero.</summary>
    internal void Reset()
    {
        string rules = string.Join('\n', s_counted.Select(counted => counted + " counter"));
        string chains = string.Join('\n', s_hooks.Select(hook => $"chain {hook} {{\ntype filter hook {hook} priority {Behind};\n{rules}\n}}"));
        _device.Namespace.Execute("nft", ["-f", "-"], $"table inet watch\ndelete table inet watch\ntable inet watch {{\n{chains}\n}}\n");
    }

    /// <summary>What has been counted so far, one line for each hook and question.</summary>
    internal string Read() => string.Join('\n', Counted().Matches(_device.Namespace.Execute("nft", ["list", "table", "inet", "watch"])).Select(match => match.Value.Trim()));

    /// <summary>1 where packets have been counted by questions that only changed ones meet, else 0.</summary>
    internal static int Changed(string read) => Counted().Matches(read).Any(match => IsOfChanged(match.Value) && match.Groups[1].Value != "0") ? 1 : 0;

    /// <summary>Packets without a mark that were seen on a hook so far.</summary>
    internal static int Unmarked(string read, Hook hook) => Counted().Matches(read).Skip(DispatcherCompiler.Hooks.IndexOf(hook) * s_counted.Length).Take(s_counted.Length)
        .Where(match => match.Value.Contains("meta mark 0x00000000", StringComparison.Ordinal)).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>Packets with a bit of their mark that were seen on all hooks so far.</summary>
    internal static int Marked(string read, int bit) => Counted().Matches(read).Where(match => match.Value.Contains($"meta mark & 0x{1u << bit:x8} ", StringComparison.Ordinal))
        .Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private static bool IsOfChanged(string line) => !line.Contains("meta mark 0x00000000", StringComparison.Ordinal) && !line.Contains("size 9000", StringComparison.Ordinal) && !line.Contains("size 600", StringComparison.Ordinal);

    [GeneratedRegex("^.*counter packets ([0-9]+) bytes [0-9]+$", RegexOptions.Multiline)]
    private static partial Regex Counted();
}
