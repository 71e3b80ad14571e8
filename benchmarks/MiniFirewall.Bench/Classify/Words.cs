namespace MiniFirewall.Bench.Classify;

/// <summary>Messages that fit into a table.</summary>
internal static class Words
{
    private const int Most = 160;

    internal static string Short(string message)
    {
        string line = message.ReplaceLineEndings(" ").Replace('|', '/').Trim();
        return line.Length <= Most ? line : line[..Most] + "…";
    }
}
