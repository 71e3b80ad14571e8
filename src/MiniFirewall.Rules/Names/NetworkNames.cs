namespace MiniFirewall.Rules.Names;

/// <summary>Names of protocols and services, as a machine's /etc/protocols and /etc/services give them. Immutable.</summary>
public sealed class NetworkNames
{
    private static readonly Lazy<NetworkNames> FromFiles = new(ReadFiles);
    private readonly Dictionary<string, byte> _protocols = [];
    private readonly Dictionary<(string Name, string Protocol), ushort> _services = [];

    private NetworkNames()
    {
    }

    /// <summary>The names this code knows by itself; the same on every machine.</summary>
    public static NetworkNames BuiltIn { get; } = Parse("", "");

    /// <summary>This machine's names, read once; what its files lack is taken from <see cref="BuiltIn"/>.</summary>
    public static NetworkNames System => FromFiles.Value;

    internal IEnumerable<string> Protocols => ProtocolNames.Known.Concat(_protocols.Keys);

    /// <summary>Reads the two files' text (protocols(5), services(5)); a line that makes no sense is passed over.</summary>
    public static NetworkNames Parse(string protocols, string services)
    {
        var names = new NetworkNames();
        foreach (string[] words in Lines(protocols))
        {
            names.AddProtocol(words);
        }

        foreach (string[] words in Lines(services))
        {
            names.AddService(words);
        }

        foreach ((string name, ushort port, string kinds) in ServiceTable.BuiltIn)
        {
            foreach (string protocol in kinds.Split(' '))
            {
                names._services.TryAdd((name, protocol), port);
            }
        }

        return names;
    }

    /// <summary>The number of a protocol's name, in any case of letters.</summary>
    internal bool TryGetProtocol(string name, out byte number)
    {
        string lower = name.ToLowerInvariant();
        return ProtocolNames.TryGetNumber(lower, out number) || _protocols.TryGetValue(lower, out number);
    }

    /// <summary>The port of a service for the first of the protocols' names that has it.</summary>
    internal bool TryGetService(string name, IReadOnlyList<string> protocols, out ushort port)
    {
        foreach (string protocol in protocols)
        {
            if (_services.TryGetValue((name, protocol), out port))
            {
                return true;
            }
        }

        port = 0;
        return false;
    }

    internal IEnumerable<string> ServicesOf(IReadOnlyList<string> protocols) =>
        _services.Keys.Where(key => protocols.Contains(key.Protocol)).Select(key => key.Name);

    private static NetworkNames ReadFiles() => Parse(ReadFile("/etc/protocols"), ReadFile("/etc/services"));

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

    private void AddProtocol(string[] words)
    {
        if (!byte.TryParse(words[1], out byte number))
        {
            return;
        }

        foreach (string name in words.Where((_, index) => index != 1))
        {
            _protocols.TryAdd(name.ToLowerInvariant(), number);
        }
    }

    private void AddService(string[] words)
    {
        string[] place = words[1].Split('/');
        if (place.Length != 2 || !ushort.TryParse(place[0], out ushort port))
        {
            return;
        }

        foreach (string name in words.Where((_, index) => index != 1))
        {
            _services.TryAdd((name, place[1]), port);
        }
    }
}
