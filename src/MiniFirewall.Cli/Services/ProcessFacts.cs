namespace MiniFirewall.Cli.Services;

/// <summary>What the kernel says of this process.</summary>
internal static class ProcessFacts
{
    /// <summary>The capabilities in effect, as hexadecimal digits of /proc/self/status.</summary>
    internal static string Capabilities() =>
        File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal))?["CapEff:".Length..].Trim() ?? "";
}
