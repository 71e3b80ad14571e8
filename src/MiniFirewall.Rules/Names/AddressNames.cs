using MiniFirewall.Packets;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Names;

/// <summary>
/// Names of addresses and networks from the machine's own files, hosts(5) and networks(5). Nobody is asked over the network:
/// a list of rules must not wait for an answer.
/// </summary>
public sealed class AddressNames
{
    private readonly Lazy<Dictionary<(Family Family, UInt128 Address), string>> _names;

    private AddressNames(Func<string> hosts, Func<string> networks) => _names = new(() => Read(hosts(), networks()));

    /// <summary>This machine's names, read when the first is asked for.</summary>
    public static AddressNames System { get; } = new(() => TextOf("/etc/hosts"), () => TextOf("/etc/networks"));

    /// <summary>Reads the two files' text; a line that makes no sense is passed over.</summary>
    public static AddressNames Parse(string hosts, string networks) => new(() => hosts, () => networks);

    /// <summary>The first name of a host, else of an IPv4 network; null where there is none.</summary>
    internal string? NameOf(Family family, UInt128 address) => _names.Value.GetValueOrDefault((family, address));

    private static Dictionary<(Family Family, UInt128 Address), string> Read(string hosts, string networks)
    {
        Dictionary<(Family Family, UInt128 Address), string> names = [];
        foreach (string[] words in Lines(hosts))
        {
            if (AddressNotation.TryParse(words[0], out Family family, out UInt128 address))
            {
                names.TryAdd((family, address), words[1]);
            }
        }

        foreach (string[] words in Lines(networks))
        {
            if (AddressNotation.TryParse(words[1], out Family family, out UInt128 address) && address != 0)
            {
                names.TryAdd((family, address), words[0]);
            }
        }

        return names;
    }

    private static IEnumerable<string[]> Lines(string text) => text.Split('\n')
        .Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 2);

    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
