namespace MiniFirewall.Cli.Safety;

/// <summary>What /etc/minifw/minifw.conf says; its directory is another one where MINIFW_CONFIG_DIR names it.</summary>
/// <param name="FallsBackTo">What a boot loads where the newest rule set cannot be loaded.</param>
internal sealed record Settings(BootFallback FallsBackTo)
{
    internal const string Variable = "MINIFW_CONFIG_DIR";

    internal static string Directory => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : "/etc/minifw";

    private static string FilePath => Path.Combine(Directory, "minifw.conf");

    /// <summary>The usual ones where there is no file.</summary>
    /// <exception cref="UsageException">A line says nothing that can be set.</exception>
    internal static Settings Read()
    {
        var settings = new Settings(BootFallback.LastGood);
        string[] lines = System.IO.File.Exists(FilePath) ? System.IO.File.ReadAllLines(FilePath) : [];
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
}

/// <summary>What a boot loads where the newest rule set cannot be loaded.</summary>
internal enum BootFallback
{
    /// <summary>The newest of those before that can be; where none can, nothing but failsafe ports gets in.</summary>
    LastGood,

    /// <summary>Nothing but failsafe ports gets in.</summary>
    Closed,
}
