using System.Collections.Immutable;
using System.Net;

namespace MiniFirewall.Dns.Files;

/// <summary>What resolv.conf(5) says: whom to ask, and how. The last of "search" and "domain" counts; what makes no sense is passed over.</summary>
/// <param name="Servers">At most three; the machine itself where none is named.</param>
/// <param name="Search">Domains, normalized, that names with few dots are looked for in.</param>
/// <param name="Dots">Names with so many dots are whole.</param>
public sealed record ResolvConf(ImmutableArray<IPEndPoint> Servers, ImmutableArray<string> Search, int Dots, TimeSpan Timeout, int Attempts)
{
    public const string UsualPath = "/etc/resolv.conf";

    private const int DnsPort = 53, MostServers = 3, MostDomains = 32;

    public static ResolvConf Default { get; } = new([new(IPAddress.Loopback, DnsPort)], [], 1, TimeSpan.FromSeconds(5), 2);

    /// <summary>As <see cref="Parse"/>; the default where the file cannot be read.</summary>
    public static ResolvConf Read(string path) => Parse(SystemFile.ReadLines(path));

    public static ResolvConf Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ResolvConf read = Default with { Servers = [] };
        foreach (string line in lines)
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && words[0][0] is not ('#' or ';'))
            {
                read = read.With(words[0], words[1..]);
            }
        }

        return read.Servers.IsEmpty ? read with { Servers = Default.Servers } : read;
    }

    private ResolvConf With(string keyword, string[] words) => keyword switch
    {
        "nameserver" when Servers.Length < MostServers && IPAddress.TryParse(words[0], out IPAddress? address) => this with { Servers = Servers.Add(new(address, DnsPort)) },
        "search" => this with { Search = [.. words.Take(MostDomains).Select(Normal).OfType<string>()] },
        "domain" => this with { Search = [.. words.Take(1).Select(Normal).OfType<string>()] },
        "options" => words.Aggregate(this, (read, word) => read.WithOption(word)),
        _ => this,
    };

    private ResolvConf WithOption(string word)
    {
        string[] parts = word.Split(':');
        return parts.Length == 2 && int.TryParse(parts[1], out int number) && number >= 0
            ? parts[0] switch
            {
                "ndots" => this with { Dots = Math.Min(number, 15) },
                "timeout" => this with { Timeout = TimeSpan.FromSeconds(Math.Clamp(number, 1, 30)) },
                "attempts" => this with { Attempts = Math.Clamp(number, 1, 5) },
                _ => this,
            }
            : this;
    }

    private static string? Normal(string domain) => Messages.DnsName.TryNormalize(domain, out string name) ? name : null;
}
