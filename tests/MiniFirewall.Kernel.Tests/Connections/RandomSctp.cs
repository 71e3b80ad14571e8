namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Random packets of one SCTP association, as lines of <see cref="PacketScript"/>; most associations open in the usual way, with few tags.</summary>
internal static class RandomSctp
{
    private static readonly string[] s_alone = ["init", "init-ack", "complete", "complete/t", "short-init", "short-init-ack"];

    private static readonly string[] s_chunks =
    [
        "data", "data", "sack", "heartbeat", "heartbeat", "heartbeat", "heartbeat-ack", "heartbeat-ack", "heartbeat-ack", "abort", "abort/t", "shutdown",
        "shutdown", "shutdown-ack", "shutdown-ack", "error", "cookie-echo", "cookie-echo", "cookie-ack", "cookie-ack", "complete", "12", "13", "15", "64", "193", "zero", "small", "cut",
    ];

    internal static IEnumerable<string> Lines(Random random)
    {
        string[] usual = ["> sctp init=11", "< sctp tag 11 init-ack=22", "> sctp tag 22 cookie-echo", "< sctp tag 11 cookie-ack", "> sctp tag 22 shutdown", "< sctp tag 11 shutdown-ack"];
        foreach (string line in usual.Take(random.Next(usual.Length + 1)))
        {
            yield return line;
        }

        for (int left = random.Next(3, 14); left > 0; left--)
        {
            yield return Line(random);
        }
    }

    private static string Line(Random random)
    {
        bool isBack = random.Next(2) == 0;
        int own = isBack ? 11 : 22, other = isBack ? 22 : 11;
        string tag = Pick(random, [own, own, own, own, own, other, 0, 0, 33]) is var number and not 0 ? $" tag {number}" : "";
        if (random.Next(3) == 0)
        {
            string alone = Pick(random, s_alone);
            string told = alone.Contains("short", StringComparison.Ordinal) || alone.StartsWith('c') ? "" : $"={Pick(random, [other, other, other, 33, 0])}";
            string usual = alone == "init" && random.Next(4) != 0 ? "" : tag;
            return $"{(isBack ? '<' : '>')} sctp{usual} {alone}{told}{(random.Next(8) == 0 ? " data" : "")}";
        }

        int count = Pick(random, [1, 1, 1, 2, 2, 3]);
        return $"{(isBack ? '<' : '>')} sctp{tag} {string.Join(' ', Enumerable.Range(0, count).Select(_ => Pick(random, s_chunks)))}";
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];
}
