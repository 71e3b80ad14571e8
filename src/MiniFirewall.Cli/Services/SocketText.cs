using System.Net.Sockets;
using System.Text;

namespace MiniFirewall.Cli.Services;

/// <summary>Text from and to a stream socket, bounded.</summary>
internal static class SocketText
{
    /// <summary>What comes up to an end; null where there is none within so many bytes.</summary>
    internal static string? ReadUntil(Socket socket, string end, int most)
    {
        byte[] bytes = new byte[most];
        for (int length = 0; length < most;)
        {
            int read = socket.Receive(bytes, length, most - length, SocketFlags.None);
            if (read == 0)
            {
                return null;
            }

            length += read;
            string text = Encoding.ASCII.GetString(bytes, 0, length);
            if (text.IndexOf(end, StringComparison.Ordinal) is >= 0 and var at)
            {
                return text[..at];
            }
        }

        return null;
    }

    internal static void Write(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
