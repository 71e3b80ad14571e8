using System.Collections.Immutable;
using System.Net;
using MiniFirewall.Dns.Files;
using MiniFirewall.Dns.Messages;

namespace MiniFirewall.Dns;

/// <summary>How names of rules are kept true: /etc/minifw/names.conf.</summary>
public sealed record NameSettings
{
    /// <summary>The environment variable that names another directory than /etc/minifw.</summary>
    public const string DirectoryVariable = "MINIFW_CONFIG_DIR";

    /// <summary>/etc/minifw/names.conf, or that file where the environment says.</summary>
    public static string UsualPath =>
        Path.Combine(Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } named ? named : "/etc/minifw", "names.conf");

    /// <summary>Names that stand for something in the network one is in (RFC 6762, RFC 8375, and what people use).</summary>
    private static readonly string[] s_local = ["local", "lan", "home", "internal", "intranet", "corp", "private", "localdomain", "localhost", "home.arpa"];

    public static NameSettings Default { get; } = new();

    /// <summary>Addresses of a family that a name may have; those beyond are left out.</summary>
    public int MostAddresses { get; init; } = 64;

    /// <summary>Addresses of a family that names of a pattern (*.example.com) may have together.</summary>
    public int MostLearnt { get; init; } = 4096;

    /// <summary>No name is asked for again sooner, whatever its servers say.</summary>
    public int LeastSeconds { get; init; } = 5;

    /// <summary>Every name is asked for again after so long, whatever its servers say.</summary>
    public int MostSeconds { get; init; } = 3600;

    /// <summary>How long a command that loads rules waits for name servers, all names together.</summary>
    public double WaitSeconds { get; init; } = 3;

    /// <summary>Domains whose names may have private addresses.</summary>
    public ImmutableArray<string> PrivateDomains { get; init; } = [];

    /// <summary>Name servers, beside those of resolv.conf, whose answers that pass are believed.</summary>
    public ImmutableArray<IPAddress> Servers { get; init; } = [];

    /// <summary>The settings of a file; the default ones where there is none.</summary>
    /// <exception cref="FormatException">A line of it makes no sense: FILE:LINE: what; help.</exception>
    public static NameSettings Read(string path) => Parse(path, SystemFile.ReadLines(path));

    /// <inheritdoc cref="Read"/>
    public static NameSettings Parse(string file, IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        NameSettings read = Default;
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                read = read.With(words[0], words[1..]) ?? throw new FormatException($"{file}:{number}: {WhyNot(words)}");
            }
        }

        return read.LeastSeconds <= read.MostSeconds ? read : throw new FormatException($"{file}: least-seconds is more than most-seconds");
    }

    /// <summary>Whether the name may have private addresses: it is local, below a domain of resolv.conf, or one of <see cref="PrivateDomains"/>.</summary>
    public bool MayBePrivate(string name, ResolvConf conf)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(conf);
        string host = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return !host.Contains('.', StringComparison.Ordinal)
            || s_local.Concat(conf.Search).Concat(PrivateDomains).Any(domain => DnsName.IsBelow(host, domain));
    }

    private NameSettings? With(string keyword, string[] words) => (keyword, words) switch
    {
        ("private", { Length: > 0 }) when Normal(words) is { } domains => this with { PrivateDomains = PrivateDomains.AddRange(domains) },
        ("server", { Length: > 0 }) when Addresses(words) is { } servers => this with { Servers = Servers.AddRange(servers) },
        ("most-addresses", [var word]) when Number(word, 1, 1024) is { } number => this with { MostAddresses = number },
        ("most-learnt", [var word]) when Number(word, 1, 65536) is { } number => this with { MostLearnt = number },
        ("least-seconds", [var word]) when Number(word, 1, 86400) is { } number => this with { LeastSeconds = number },
        ("most-seconds", [var word]) when Number(word, 1, 86400) is { } number => this with { MostSeconds = number },
        ("wait", [var word]) when Number(word, 0, 60) is { } number => this with { WaitSeconds = number },
        _ => null,
    };

    private static string WhyNot(string[] words) => words[0] switch
    {
        "private" => "private takes domains, such as corp.example.com",
        "server" => "server takes addresses, such as 192.0.2.53",
        "most-addresses" => "most-addresses takes a number from 1 to 1024",
        "most-learnt" => "most-learnt takes a number from 1 to 65536",
        "least-seconds" or "most-seconds" => $"{words[0]} takes a number from 1 to 86400",
        "wait" => "wait takes a number of seconds from 0 to 60",
        _ => $"there is no setting {words[0]}; there are private, server, most-addresses, most-learnt, least-seconds, most-seconds and wait",
    };

    private static int? Number(string word, int least, int most) => int.TryParse(word, out int number) && number >= least && number <= most ? number : null;

    private static string[]? Normal(string[] words)
    {
        string[] names = [.. words.Select(word => DnsName.TryNormalize(word.TrimStart('*').TrimStart('.'), out string name) ? name : "")];
        return names.Contains("") ? null : names;
    }

    private static IPAddress[]? Addresses(string[] words)
    {
        IPAddress[] addresses = [.. words.Select(word => IPAddress.TryParse(word, out IPAddress? address) ? address : IPAddress.None)];
        return addresses.Contains(IPAddress.None) ? null : addresses;
    }
}
