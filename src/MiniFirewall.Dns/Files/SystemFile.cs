namespace MiniFirewall.Dns.Files;

/// <summary>Files of /etc that may be missing, or be anything.</summary>
internal static class SystemFile
{
    private const int MostLines = 2_000_000;

    /// <summary>The lines of a file; none where it cannot be read.</summary>
    internal static IEnumerable<string> ReadLines(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Take(MostLines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
