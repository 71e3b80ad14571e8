namespace MiniFirewall.Engine.Modules;

/// <summary>Builds the module by the kernel's own build system, against a kernel's headers.</summary>
public static class ModuleBuild
{
    private const int LinesShown = 20;

    /// <summary>Writes the sources, and builds them.</summary>
    /// <param name="directory">Its subdirectory of the release's name gets all files.</param>
    /// <param name="headers">The kernel's build directory; null for the release's usual one.</param>
    /// <returns>The module's file.</returns>
    /// <exception cref="FirewallException">Headers, make or a compiler are missing, or the build fails.</exception>
    public static string Run(string directory, string release, string? headers)
    {
        string build = headers ?? ModuleFiles.HeadersOf(release);
        if (!File.Exists(Path.Combine(build, "Makefile")))
        {
            throw new FirewallException(
                FirewallFailure.Resource, $"there are no headers of kernel {release} at {build}: apt-get install linux-headers-{release}, or name them with --headers");
        }

        string place = Path.Combine(directory, release);
        WriteSources(place);
        (int code, string output) = Tool.Run("make", "make gcc", "-C", build, $"M={place}", "modules");
        string module = ModuleFiles.Built(directory, release);
        return code == 0 && File.Exists(module)
            ? module
            : throw new FirewallException(FirewallFailure.Refused, $"the module does not build against {build}; make ended with exit code {code}:\n{Tail(output)}");
    }

    private static void WriteSources(string place)
    {
        try
        {
            ModuleFiles.WriteSources(place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FirewallException(FirewallFailure.Permission, $"the sources cannot be written to {place}: {error.Message}; --directory names another place");
        }
    }

    private static string Tail(string output) => string.Join('\n', output.TrimEnd().Split('\n').TakeLast(LinesShown));
}
