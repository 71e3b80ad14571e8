using System.Globalization;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Persistence;

/// <summary>Who runs this process, as far as it can tell.</summary>
internal static class Changer
{
    /// <summary>What /proc/self/loginuid says where nobody has logged in.</summary>
    private const uint NoLogin = uint.MaxValue;

    internal static string Describe()
    {
        string[] parts =
        [
            $"uid {EffectiveUser()}",
            Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } user ? $"{user} by sudo" : LoginUser() is { } login ? $"login uid {login}" : "",
            Terminal() ?? "",
            Environment.GetEnvironmentVariable("SSH_CONNECTION") is { Length: > 0 } session ? $"from {session.Split(' ')[0]}" : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string EffectiveUser()
    {
        string? line = ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return line?.Split('\t') is [_, _, string effective, ..] ? effective : "?";
    }

    private static uint? LoginUser() =>
        uint.TryParse(ReadLines("/proc/self/loginuid").FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out uint user) && user is not (NoLogin or 0) ? user : null;

    private static string? Terminal() => new[] { 0, 1, 2 }
        .Select(stream => SymbolicLink.TryRead($"/proc/self/fd/{stream}"))
        .FirstOrDefault(path => path is not null && (path.StartsWith("/dev/pts/", StringComparison.Ordinal) || path.StartsWith("/dev/tty", StringComparison.Ordinal)));

    private static IEnumerable<string> ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
