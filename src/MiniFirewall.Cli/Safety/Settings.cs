using MiniFirewall.Dns;

namespace MiniFirewall.Cli.Safety;

/// <summary>What /etc/minifw/minifw.conf says; its directory is another one where MINIFW_CONFIG_DIR names it.</summary>
/// <param name="FallsBackTo">What a boot loads where the newest rule set cannot be loaded.</param>
internal sealed record Settings(BootFallback FallsBackTo)
{
    internal const string Variable = NameSettings.DirectoryVariable;

    internal static string Directory => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : "/etc/minifw";

    private static string FilePath => Path.Combine(Directory, "minifw.conf");

    /// <summary>The usual ones where there is no file.</summary>
    /// <exception cref="UsageException">A line says nothing that can be set, or the file cannot be read.</exception>
    internal static Settings Read()
    {
        var settings = new Settings(BootFallback.LastGood);
        string[] lines = Lines();
        for (int i = 0; i < lines.Length; i++)
        {
            string text = lines[i].Split('#')[0].Trim();
            settings = text.Length == 0 ? settings : text.Split('=', StringSplitOptions.TrimEntries) switch
            {
                ["on_boot_failure", "last-good"] => settings with { FallsBackTo = BootFallback.LastGood },
                ["on_boot_failure", "closed"] => settings with { FallsBackTo = BootFallback.Closed },
                _ => throw new UsageException($"{FilePath}:{i + 1}: '{text}' is no setting; on_boot_failure = last-good or closed"),
            };
        }

        return settings;
    }

    private static string[] Lines()
    {
        try
        {
            return File.Exists(FilePath) ? File.ReadAllLines(FilePath) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{FilePath}: {e.Message}");
        }
    }
}

/// <summary>What a boot loads where the newest rule set cannot be loaded.</summary>
internal enum BootFallback
{
    /// <summary>The newest of those before that can be; where none can, nothing but failsafe ports gets in.</summary>
    LastGood,

    /// <summary>Nothing but failsafe ports gets in.</summary>
    Closed,
}
