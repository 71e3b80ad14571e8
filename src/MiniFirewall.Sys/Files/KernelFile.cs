namespace MiniFirewall.Sys.Files;

/// <summary>Files of /proc and /sys that say one thing.</summary>
public static class KernelFile
{
    /// <summary>The first line; null where there is no such file, or it may not be read.</summary>
    public static string? FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
