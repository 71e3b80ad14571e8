namespace MiniFirewall.Rules.Names;

/// <summary>
/// Names of protocols and services, as a machine's /etc/protocols and /etc/services give them, and of the other numbers that rules
/// may name. Immutable.
/// </summary>
public sealed class NetworkNames
{
    private readonly Lazy<Dictionary<string, byte>> _protocols;
    private readonly Lazy<Dictionary<(string Name, string Protocol), ushort>> _services;
    private readonly Lazy<Dictionary<(ushort Port, string Protocol), string>> _serviceNames;

    /// <summary>Texts are read when a name is asked for that they may have: most rule lists ask for none.</summary>
    private NetworkNames(Func<string> protocols, Func<string> services)
    {
        _protocols = new(() => ReadProtocols(protocols()));
        _services = new(() => ReadServices(services()));
        _serviceNames = new(() => ReadServiceNames(services()));
    }

    /// <summary>The names this code knows by itself; the same on every machine.</summary>
    public static NetworkNames BuiltIn { get; } = Parse("", "");

    /// <summary>This machine's names, read once; what its files lack is taken from <see cref="BuiltIn"/>.</summary>
    public static NetworkNames System { get; } = new(() => ReadFile("/etc/protocols"), () => ReadFile("/etc/services"))
    {
        Users = NumberNames.OfAccounts(() => ReadFile("/etc/passwd")),
        Groups = NumberNames.OfAccounts(() => ReadFile("/etc/group")),
        Realms = NumberNames.OfRouting(() => ReadFile("/etc/iproute2/rt_realms")),
        InterfaceGroups = NumberNames.OfRouting(() => ReadFile("/etc/iproute2/group")),
    };

    internal NumberNames Users { get; init; } = NumberNames.None;

    internal NumberNames Groups { get; init; } = NumberNames.None;

    /// <summary>Realms of routes.</summary>
    internal NumberNames Realms { get; init; } = NumberNames.None;

    /// <summary>Groups of interfaces.</summary>
    internal NumberNames InterfaceGroups { get; init; } = NumberNames.None;

    internal IEnumerable<string> Protocols => ProtocolNames.Known.Concat(_protocols.Value.Keys);

    /// <summary>Reads the files' text (protocols(5), services(5), passwd(5), group(5)); a line that makes no sense is passed over.</summary>
    /// <param name="realms">A number and a name a line, as /etc/iproute2/rt_realms.</param>
    /// <param name="interfaceGroups">A number and a name a line, as /etc/iproute2/group.</param>
    public static NetworkNames Parse(
        string protocols, string services, string users = "", string groups = "", string realms = "", string interfaceGroups = "") =>
        new(() => protocols, () => services)
        {
            Users = NumberNames.OfAccounts(() => users),
            Groups = NumberNames.OfAccounts(() => groups),
            Realms = NumberNames.OfRouting(() => realms),
            InterfaceGroups = NumberNames.OfRouting(() => interfaceGroups),
        };

    /// <summary>The number of a protocol's name, in any case of letters.</summary>
    internal bool TryGetProtocol(string name, out byte number)
    {
        if (ProtocolNames.TryGetNumber(name, out number))
        {
            return true;
        }

        string lower = name.ToLowerInvariant();
        return ProtocolNames.TryGetNumber(lower, out number) || _protocols.Value.TryGetValue(lower, out number);
    }

    /// <summary>The port of a service for the first of the protocols' names that has it.</summary>
    public bool TryGetService(string name, IReadOnlyList<string> protocols, out ushort port)
    {
        foreach (string protocol in protocols)
        {
            if (_services.Value.TryGetValue((name, protocol), out port))
            {
                return true;
            }
        }

        port = 0;
        return false;
    }

    /// <summary>
    /// The first name that the services' file gives a port of a protocol (getservbyport), or null; where there is no file, the one of
    /// <see cref="BuiltIn"/>.
    /// </summary>
    internal string? ServiceOf(ushort port, string protocol) => _serviceNames.Value.GetValueOrDefault((port, protocol));

    internal IEnumerable<string> ServicesOf(IReadOnlyList<string> protocols) =>
        _services.Value.Keys.Where(key => protocols.Contains(key.Protocol)).Select(key => key.Name);

    private static string ReadFile(string path)
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

    private static IEnumerable<string[]> Lines(string text) => text.Split('\n')
        .Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 2);

    private static Dictionary<string, byte> ReadProtocols(string text)
    {
        Dictionary<string, byte> protocols = [];
        foreach (string[] words in Lines(text))
        {
            AddProtocol(protocols, words);
        }

        return protocols;
    }

    private static Dictionary<(string Name, string Protocol), ushort> ReadServices(string text)
    {
        Dictionary<(string Name, string Protocol), ushort> services = [];
        foreach (string[] words in Lines(text))
        {
            AddService(services, words);
        }

        foreach ((string name, ushort port, string kinds) in ServiceTable.BuiltIn)
        {
            foreach (string protocol in kinds.Split(' '))
            {
                services.TryAdd((name, protocol), port);
            }
        }

        return services;
    }

    private static Dictionary<(ushort Port, string Protocol), string> ReadServiceNames(string text)
    {
        Dictionary<(ushort Port, string Protocol), string> names = [];
        foreach (string[] words in Lines(text))
        {
            if (TryReadPlace(words[1], out ushort port, out string protocol))
            {
                names.TryAdd((port, protocol), words[0]);
            }
        }

        // A file that has services has all that listings show: as for iptables, the others have no names.
        if (names.Count > 0)
        {
            return names;
        }

        foreach ((string name, ushort port, string kinds) in ServiceTable.BuiltIn)
        {
            foreach (string protocol in kinds.Split(' '))
            {
                names.TryAdd((port, protocol), name);
            }
        }

        return names;
    }

    private static void AddProtocol(Dictionary<string, byte> protocols, string[] words)
    {
        if (!byte.TryParse(words[1], out byte number))
        {
            return;
        }

        foreach (string name in words.Where((_, index) => index != 1))
        {
            protocols.TryAdd(name.ToLowerInvariant(), number);
        }
    }

    private static void AddService(Dictionary<(string Name, string Protocol), ushort> services, string[] words)
    {
        if (!TryReadPlace(words[1], out ushort port, out string protocol))
        {
            return;
        }

        foreach (string name in words.Where((_, index) => index != 1))
        {
            services.TryAdd((name, protocol), port);
        }
    }

    /// <summary>PORT/PROTOCOL.</summary>
    private static bool TryReadPlace(string word, out ushort port, out string protocol)
    {
        string[] parts = word.Split('/');
        protocol = parts[^1];
        port = 0;
        return parts.Length == 2 && ushort.TryParse(parts[0], out port);
    }
}
