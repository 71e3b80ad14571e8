using System.Globalization;

namespace MiniFirewall.Sys.Processes;

/// <summary>The calling thread's capabilities (capabilities(7)).</summary>
public static class Capabilities
{
    /// <summary>The bit of CAP_SYS_ADMIN.</summary>
    public const int SystemAdministration = 21;

    /// <summary>The bit of CAP_SYS_CHROOT.</summary>
    public const int SystemRoot = 18;

    /// <summary>Whether the calling thread has all of these, by their bits.</summary>
    public static bool Has(params ReadOnlySpan<int> bits)
    {
        ulong effective = Effective();
        foreach (int bit in bits)
        {
            if ((effective >> bit & 1) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Those in effect, a bit each; 0 where /proc does not say.</summary>
    public static ulong Effective()
    {
        const string Label = "CapEff:";
        string? line = File.ReadLines("/proc/thread-self/status").FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal));
        return line is null ? 0 : ulong.Parse(line.AsSpan(Label.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
