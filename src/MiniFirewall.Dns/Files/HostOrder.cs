namespace MiniFirewall.Dns.Files;

/// <summary>Where names of hosts are looked for, and in which order: the line "hosts:" of nsswitch.conf(5).</summary>
/// <param name="UsesFiles">/etc/hosts is asked.</param>
/// <param name="UsesServers">Name servers are asked; systemd-resolved (resolve) is one.</param>
/// <param name="FilesFirst">What is in the file hides what servers say.</param>
public sealed record HostOrder(bool UsesFiles, bool UsesServers, bool FilesFirst)
{
    public const string UsualPath = "/etc/nsswitch.conf";

    public static HostOrder Default { get; } = new(true, true, true);

    /// <summary>As <see cref="Parse"/>; the default where the file cannot be read.</summary>
    public static HostOrder Read(string path) => Parse(SystemFile.ReadLines(path));

    /// <summary>The first line that names hosts counts; the default where there is none.</summary>
    public static HostOrder Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        string? line = lines.Select(line => line.Split('#')[0].Trim()).FirstOrDefault(line => line.StartsWith("hosts:", StringComparison.Ordinal));
        if (line is null)
        {
            return Default;
        }

        string[] words = line["hosts:".Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int files = Array.IndexOf(words, "files"), servers = Array.FindIndex(words, word => word is "dns" or "resolve");
        return new(files >= 0, servers >= 0, files >= 0 && (servers < 0 || files < servers));
    }
}
