using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Modules;

/// <summary>Where the module's sources and what is built of them are. The binary carries the sources.</summary>
public static class ModuleFiles
{
    /// <summary>The module's name.</summary>
    public const string Name = "minifw";

    /// <summary>Where modules are built unless another directory is asked for.</summary>
    public const string UsualDirectory = "/var/lib/minifw/module";

    private const string Prefix = "module/";

    /// <summary>The running kernel's release.</summary>
    public static string RunningRelease => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>The file that a build for a release makes.</summary>
    public static string Built(string directory, string release) => Path.Combine(directory, release, Name + ".ko");

    /// <summary>The kernel's build directory, which its headers' package makes.</summary>
    public static string HeadersOf(string release) => $"/lib/modules/{release}/build";

    /// <summary>Writes the sources into a directory, which is made.</summary>
    internal static void WriteSources(string directory)
    {
        var assembly = typeof(ModuleFiles).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string path = Path.Combine(directory, name[Prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using Stream from = assembly.GetManifestResourceStream(name)!;
            using FileStream to = File.Create(path);
            from.CopyTo(to);
        }
    }
}
