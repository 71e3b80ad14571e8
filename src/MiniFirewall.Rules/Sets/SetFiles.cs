using System.Text;

namespace MiniFirewall.Rules.Sets;

/// <summary>Files of elements.</summary>
public static class SetFiles
{
    /// <summary>The text of a regular file: as many bytes as it has when it is opened.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[stream.Length];
            int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, read);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new IOException(error.Message, error);
        }
    }
}
