using System.Collections.Immutable;

namespace MiniFirewall.Verbs;

/// <summary>
/// Application profiles by name. A profile is a section of a file: [NAME], then title=, description= and ports=, several ports
/// parted by '|' (the format of /etc/ufw/applications.d). Of profiles of one name the first file's, by file name, is taken.
/// </summary>
public sealed class AppProfiles
{
    /// <summary>Where packages put them.</summary>
    public const string Directory = "/etc/ufw/applications.d";

    private const long MostBytes = 1 << 20;

    private readonly SortedDictionary<string, AppProfile> _byName = new(StringComparer.Ordinal);
    private readonly List<string> _wrong = [];

    public static AppProfiles Empty { get; } = new();

    public IEnumerable<AppProfile> All => _byName.Values;

    /// <summary>What was passed over: FILE: section or line, and why.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    public AppProfile? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads all files of a directory; none where there is no such directory. Hidden files and what packages leave behind are passed over.</summary>
    public static AppProfiles Read(string directory = Directory)
    {
        var profiles = new AppProfiles();
        if (!System.IO.Directory.Exists(directory))
        {
            return profiles;
        }

        foreach (string file in System.IO.Directory.GetFiles(directory).Order(StringComparer.Ordinal).Where(IsProfile))
        {
            try
            {
                profiles.Add(file, new FileInfo(file).Length <= MostBytes ? File.ReadAllText(file) : throw new IOException("it is longer than a file of profiles can be"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                profiles._wrong.Add($"{file}: {error.Message}");
            }
        }

        return profiles;
    }

    /// <summary>Adds a file's profiles.</summary>
    public void Add(string file, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string? name = null;
        Dictionary<string, string> values = [];
        foreach (string line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] is not ('#' or ';')))
        {
            if (line[0] == '[' && line[^1] == ']')
            {
                Finish(file, name, values);
                name = line[1..^1].Trim();
                values.Clear();
            }
            else if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals)
            {
                values[line[..equals].Trim().ToLowerInvariant()] = line[(equals + 1)..].Trim();
            }
        }

        Finish(file, name, values);
    }

    private static bool IsProfile(string file) => Path.GetFileName(file) is var name
        && name[0] != '.' && !name.EndsWith('~') && !name.Contains(".dpkg-", StringComparison.Ordinal);

    private void Finish(string file, string? name, Dictionary<string, string> values)
    {
        if (name is null)
        {
            return;
        }

        string[] ports = values.GetValueOrDefault("ports", "").Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? wrong = name.Length == 0 || name == "all" || int.TryParse(name, out _) ? "it has no name that can be used" : null;
        wrong ??= ports.Length == 0 ? "it names no ports" : null;
        wrong ??= ports.Select(PortText.WrongWithItem).FirstOrDefault(reason => reason is not null);
        if (wrong is not null)
        {
            _wrong.Add($"{file}: profile [{name}] is passed over: {wrong}");
        }
        else
        {
            _byName.TryAdd(name, new(name, values.GetValueOrDefault("title", name), values.GetValueOrDefault("description", ""), [.. ports], file));
        }
    }
}
