using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Random packets of a few connections that are no TCP, and errors about them, as lines of <see cref="PacketScript"/>.</summary>
internal static class RandomMix
{
    private static readonly string[] s_both = ["udp", "udp", "udp len 3", "udp port 82", "proto 77", "proto 136"];
    private static readonly string[] s_v4 = ["icmp 8 0 id 5", "icmp 0 0 id 5", "icmp 8 0 id 6", "icmp 13 0 id 5", "icmp 14 0 id 5", "icmp 40", "icmp 19", "icmp 10", "proto 58"];
    private static readonly string[] s_v6 = ["icmp 128 0 id 5", "icmp 129 0 id 5", "icmp 128 0 id 6", "icmp 139 0 id 5", "icmp 140 0 id 5", "icmp 135", "icmp 143", "icmp 200", "icmp 130", "proto 1"];
    private static readonly string[] s_errorsV4 = ["error 3 1", "error 3 4", "error 11", "error 4", "error 5", "error 12"];
    private static readonly string[] s_errorsV6 = ["error 1 4", "error 2", "error 3", "error 4", "error 100"];

    internal static IEnumerable<string> Lines(Random random, Family family)
    {
        string[] kinds = [.. s_both, .. family == Family.IPv4 ? s_v4 : s_v6], errors = family == Family.IPv4 ? s_errorsV4 : s_errorsV6;
        var sent = new bool[2];
        for (int left = random.Next(3, 16); left > 0; left--)
        {
            int side = random.Next(2);
            if (sent[1 - side] && random.Next(3) == 0)
            {
                yield return $"{(side == 0 ? '>' : '<')} {errors[random.Next(errors.Length)]}{(random.Next(4) switch { 0 => " forged", 1 => " astray", _ => "" })}";
                continue;
            }

            sent[side] = true;
            yield return $"{(side == 0 ? '>' : '<')} {kinds[random.Next(kinds.Length)]}";
        }
    }
}
