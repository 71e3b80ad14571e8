namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Random segments of one connection, as lines of <see cref="PacketScript"/>; most connections open in the usual way.</summary>
internal static class RandomTcp
{
    private static readonly string[] s_flags = ["S", "SA", "A", "A", "A", "A", "PA", "FA", "FA", "R", "RA", "S", "-", "SU", "F", "AU", "SF"];
    private static readonly long[] s_client = [0, 100, 101, 101, 101, 111, 201, 1101, 1102, 1111, 70_101, 4_294_967_290];
    private static readonly long[] s_server = [0, 500, 501, 501, 501, 511, 601, 1501, 1511, 1512, 70_501, 4_294_967_290];

    internal static IEnumerable<string> Lines(Random random)
    {
        int begin = random.Next(4);
        string client = random.Next(2) == 0 ? " scale 2 permitted" : "", server = random.Next(2) == 0 ? " scale 3 permitted" : "";
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
