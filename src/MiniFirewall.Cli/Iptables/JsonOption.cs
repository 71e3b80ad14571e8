namespace MiniFirewall.Cli.Iptables;

/// <summary>--json, which iptables does not have: only the whole word counts, so that no abbreviation of iptables' own options changes its meaning.</summary>
internal static class JsonOption
{
    private const string Word = "--json";

    /// <summary>The words without it.</summary>
    internal static string[] TakeFrom(string[] words, out bool isGiven)
    {
        int at = Array.FindIndex(words, word => word == Word);
        isGiven = at >= 0 && (at == 0 || words[at - 1] is not ("--comment" or "--log-prefix"));
        return isGiven ? [.. words[..at], .. words[(at + 1)..]] : words;
    }
}
