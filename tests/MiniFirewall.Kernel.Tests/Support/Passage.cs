using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>What became of a packet that was sent.</summary>
internal enum Passage
{
    /// <summary>It never met its hook in the form asked for: the kernel refused, changed or held it before.</summary>
    Unrealised,
    Dropped,
    Passed,
}

internal static class Passages
{
    extension(Passage)
    {
        /// <summary>Judges by the counters of the tables before and after the firewall.</summary>
        internal static Passage Of(Packet packet, List<Hit> before, List<Hit> after)
        {
            var whole = new Counters(1, (ulong)packet.Bytes.Length);
            string chain = packet.Hook switch { Hook.LocalIn => "INPUT", Hook.Forward => "FORWARD", _ => "OUTPUT" };
            bool reached = before.Count(hit => IsFilterHook(hit.Place.Chain)) == 1
                && before.Contains(new Hit(new CounterPlace(chain, 0), whole));
            return !reached ? Passage.Unrealised : after.Count > 0 ? Passage.Passed : Passage.Dropped;
        }
    }

    // mangle also sits on PREROUTING and POSTROUTING.
    private static bool IsFilterHook(string chain) => chain is "INPUT" or "FORWARD" or "OUTPUT";
}
