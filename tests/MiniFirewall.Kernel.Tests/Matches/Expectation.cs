using System.Globalization;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>Turns what a test says by hand into what must be seen.</summary>
internal static class Expectation
{
    /// <summary>For a chain of one rule that drops, with a policy that accepts.</summary>
    internal static Observation Of(Says says, Packet packet)
    {
        string chain = Case.ChainOf(packet.Hook);
        return says switch
        {
            Says.Match => Seen(false, packet, [new(chain, 1)]),
            Says.Miss => Seen(true, packet, [new(chain, 0)]),
            _ => Seen(false, packet, []),
        };
    }

    /// <summary>Reads "accepted INPUT 1, T 2, T 2, INPUT policy".</summary>
    internal static Observation Parse(string text, Packet packet)
    {
        string[] words = text.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        string[] places = words.Length == 1 ? [] : words[1].Split(',', StringSplitOptions.TrimEntries);
        return Seen(words[0] == "accepted", packet, places.Select(Place));
    }

    private static CounterPlace Place(string text)
    {
        string[] words = text.Split(' ');
        return new(words[0], words[1] == "policy" ? 0 : int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static Observation Seen(bool passed, Packet packet, IEnumerable<CounterPlace> places) =>
        new(passed, places.GroupBy(place => place).Select(visits => new Hit(
            visits.Key, new Counters((ulong)visits.Count(), (ulong)(visits.Count() * packet.Bytes.Length)))));
}
