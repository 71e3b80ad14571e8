namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>The NativeAOT binary under test: MINIFW_BINARY, else artifacts/minifw of this working tree.</summary>
internal static class MinifwBinary
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>Its path; a missing binary fails the test that asks.</summary>
    internal static string Path => Found.Value;

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("MINIFW_BINARY") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new FileNotFoundException($"MINIFW_BINARY names no file: {named}");
        }

        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string candidate = System.IO.Path.Combine(directory.FullName, "artifacts", "minifw");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException("artifacts/minifw is missing: run ./build first");
    }
}
