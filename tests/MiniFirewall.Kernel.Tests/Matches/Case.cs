using System.Globalization;
using System.Text.RegularExpressions;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>Spells out the short words of a test case.</summary>
internal static partial class Case
{
    private static readonly string[] Directions = ["in eth0", "forward eth0 eth1", "out eth1"];

    /// <summary>
    /// The packets of one description: on all three hooks where it names none, of both families where its ends are SRC and
    /// DST. "cut N" leaves N bytes of the transport.
    /// </summary>
    internal static IEnumerable<Packet> Packets(string words)
    {
        string[] directions = words.StartsWith("in ", StringComparison.Ordinal) || words.StartsWith("out ", StringComparison.Ordinal)
            || words.StartsWith("forward ", StringComparison.Ordinal) ? [""] : Directions;
        foreach (string text in words.Contains("SRC", StringComparison.Ordinal) ? BothFamilies(words) : [words])
        {
            foreach (string direction in directions)
            {
                yield return Parse($"{direction} {Length(text)}".Trim());
            }
        }
    }

    /// <summary>The packet's twins on the three hooks.</summary>
    internal static IEnumerable<Packet> OnEveryHook(Family family, byte[] bytes) =>
    [
        new(family, Hook.LocalIn, bytes) { InInterface = "eth0" },
        new(family, Hook.Forward, bytes) { InInterface = "eth0", OutInterface = "eth1" },
        new(family, Hook.LocalOut, bytes) { OutInterface = "eth1" },
    ];

    internal static string ChainOf(Hook hook) => hook switch { Hook.LocalIn => "INPUT", Hook.Forward => "FORWARD", _ => "OUTPUT" };

    private static IEnumerable<string> BothFamilies(string words)
    {
        yield return words.Replace("SRC", "198.51.100.1", StringComparison.Ordinal).Replace("DST", "203.0.113.9", StringComparison.Ordinal);
        yield return words.Replace("SRC", "[2001:db8:1::1]", StringComparison.Ordinal).Replace("DST", "[2001:db8:2::2]", StringComparison.Ordinal);
    }

    private static string Length(string words)
    {
        bool v6 = words.Contains("2001:", StringComparison.Ordinal);
        int header = v6 ? 40 + (words.Contains(" frag ", StringComparison.Ordinal) ? 8 : 0) : 20;
        return Cut().Replace(words, cut => string.Create(
            CultureInfo.InvariantCulture, $" len {header + int.Parse(cut.Groups[1].Value, CultureInfo.InvariantCulture)}"));
    }

    private static Packet Parse(string words) => PacketDescription.TryParse(words, out PacketDescription? description, out DescriptionError? error)
        ? description.Packet
        : throw new ArgumentException($"'{words}': {error}", nameof(words));

    [GeneratedRegex(" cut ([0-9]+)")]
    private static partial Regex Cut();
}
