namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Random segments of one connection, as lines of <see cref="PacketScript"/>; most connections open in the usual way.</summary>
internal static class RandomTcp
{
    private static readonly string[] s_flags = ["S", "SA", "A", "A", "A", "A", "PA", "FA", "FA", "R", "RA", "S", "-", "SU", "F", "AU", "SF"];
    private static readonly long[] s_client = [0, 100, 101, 101, 101, 111, 201, 1101, 1102, 1111, 70_101, 4_294_967_290];
    private static readonly long[] s_server = [0, 500, 501, 501, 501, 511, 601, 1501, 1511, 1512, 70_501, 4_294_967_290];

    internal static IEnumerable<string> Lines(Random random)
    {
        int begin = random.Next(5);
        string client = random.Next(2) == 0 ? " scale 2 permitted" : "", server = random.Next(2) == 0 ? " scale 3 permitted" : "";
        if (begin == 4)
        {
            // Picked up, and opened anew while what is known is of before.
            yield return $"> tcp A seq {Pick(random, s_client)} ack {Pick(random, s_server)} win 1000";
            yield return $"< tcp A seq {Pick(random, s_server)} ack {Pick(random, s_client)} win 1000";
        }

        if (begin != 0)
        {
            yield return $"> tcp S seq 100 win 1000{client}";
        }

        if (begin > 1)
        {
            yield return $"< tcp SA seq 500 ack 101 win 1000{server}";
            yield return "> tcp A seq 101 ack 501 win 1000";
        }

        for (int left = random.Next(3, 14); left > 0; left--)
        {
            yield return Line(random);
        }
    }

    /// <summary>
    /// A connection that opens as usual and sends data both ways, acknowledged at once, late, again or too early, with windows of all
    /// sizes; in the end segments that reset it or do not, at sequence numbers around what has been acknowledged.
    /// </summary>
    internal static IEnumerable<string> OpenLines(Random random)
    {
        string options = random.Next(2) == 0 ? " time" : "";
        int scale = random.Next(2) == 0 ? 0 : random.Next(1, 4);
        string scaling = scale == 0 ? "" : $" scale {scale}";
        long client = Pick(random, [100L, 4_294_967_000]), server = Pick(random, [500L, 4_294_966_900]);
        yield return $"> tcp S seq {client} win 1000{scaling}";
        yield return $"< tcp SA seq {server} ack {Number(client + 1)} win 1000{scaling}";
        yield return $"> tcp A seq {Number(client + 1)} ack {Number(server + 1)} win 1000{options}";
        long[] sent = [client + 1, server + 1], acknowledged = [client + 1, server + 1];
        for (int left = random.Next(6, 26); left > 0; left--)
        {
            int side = random.Next(2), length = Pick(random, [0, 0, 1, 10, 100, 500]);
            long sequence = sent[side] + Pick(random, [0L, 0, 0, 0, 0, 0, -1, -10, -1000, -1200, -1500, 100, 5000]);
            long acknowledgement = Pick(random, [sent[1 - side], sent[1 - side], sent[1 - side], acknowledged[1 - side], sent[1 - side] - 10, sent[1 - side] + 1, sent[1 - side] - Pick(random, [65_999L, 66_000, 66_001, 66_002, 70_000])]);
            string line = $"{(side == 0 ? '>' : '<')} tcp {Pick(random, ["A", "A", "A", "PA", "AU"])} seq {Number(sequence)} ack {Number(acknowledgement)} "
                + $"win {Pick(random, [0L, 1, 200, 1000, 1000, 1000, 65535])}{options}{(length == 0 ? "" : $" len {length}")}";
            yield return line;
            sent[side] = Math.Max(sent[side], sequence + length);
            for (int again = random.Next(8) == 0 ? 4 : 0; again > 0; again--)
            {
                yield return line;
            }

            acknowledged[1 - side] = Math.Max(acknowledged[1 - side], Math.Min(acknowledgement, sent[1 - side]));
        }

        for (int left = 3; left > 0; left--)
        {
            int side = random.Next(2);
            long sequence = Pick(random, [acknowledged[side], sent[side]]) + Pick(random, [-1L, -1, 0, 0, 1, -600, 1000]);
            yield return $"{(side == 0 ? '>' : '<')} tcp {Pick(random, ["R", "RA", "RA", "A"])} seq {Number(sequence)} ack {Number(acknowledged[1 - side])} win 1000";
        }
    }

    /// <summary>Sequence numbers go round.</summary>
    private static uint Number(long sequence) => unchecked((uint)sequence);

    private static string Line(Random random)
    {
        bool isBack = random.Next(2) == 0;
        (long[] own, long[] other) = isBack ? (s_server, s_client) : (s_client, s_server);
        string flags = Pick(random, s_flags);
        string line = $"{(isBack ? '<' : '>')} tcp {flags} seq {Pick(random, own)} ack {Pick(random, other)} win {Pick(random, [0L, 1, 1000, 1000, 65535])}";
        string[] more = ["", "", " len 10", " len 100", " time", " scale 1", " permitted", $" sack {Pick(random, other)}-{Pick(random, other)}", " time len 10", " scale 14 permitted"];
        return line + Pick(random, more);
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];
}
