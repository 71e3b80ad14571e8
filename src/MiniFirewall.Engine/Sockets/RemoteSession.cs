using System.Globalization;
using System.Net;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Sockets;

/// <summary>
/// The connection over which somebody types into this process. sshd says it in SSH_CONNECTION; where sudo has wiped that, the environment of
/// a process above has it, or an sshd above holds the socket. It counts only where it is open, in the calling thread's network namespace.
/// </summary>
public static class RemoteSession
{
    private const string Variable = "SSH_CONNECTION";

    /// <summary>Null where nobody types from elsewhere, or not into this namespace.</summary>
    /// <param name="open">The open sockets of the namespace.</param>
    public static OpenSocket? Find(IReadOnlyList<OpenSocket> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (open.Count == 0)
        {
            return null;
        }

        if (Named(Environment.GetEnvironmentVariable(Variable), open) is { } own)
        {
            return own;
        }

        foreach (int process in ProcessTable.Ancestors())
        {
            if ((Named(EnvironmentOf(process), open) ?? HeldByServer(process, open)) is { } above)
            {
                return above;
            }
        }

        return null;
    }

    /// <summary>Whether somebody may be typing from elsewhere: cheap, and no socket is looked at.</summary>
    public static bool IsLikely() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }
        || ProcessTable.Ancestors().Any(process => IsServer(process) || EnvironmentOf(process) is { Length: > 0 });

    /// <summary>The socket that "CLIENT PORT SERVER PORT" speaks of.</summary>
    internal static OpenSocket? Named(string? session, IReadOnlyList<OpenSocket> open)
    {
        string[] words = session?.Split(' ') ?? [];
        return words.Length == 4 && AddressOf(words[0]) is { } client && AddressOf(words[2]) is { } server
            && ushort.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort clientPort)
            && ushort.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out ushort serverPort)
            ? open.FirstOrDefault(socket => socket.Protocol == IpProtocol.Tcp && socket.Remote == client && socket.RemotePort == clientPort && socket.Local == server && socket.LocalPort == serverPort)
            : null;
    }

    private static UInt128? AddressOf(string word)
    {
        // The scope of a link-local address (%eth0) is no part of it.
        if (!IPAddress.TryParse(word.Split('%')[0], out IPAddress? address))
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.GetAddressBytes().Aggregate((UInt128)0, (number, part) => (number << 8) | part);
    }

    private static string? EnvironmentOf(int process)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/environ")).Split('\0')
                .FirstOrDefault(entry => entry.StartsWith(Variable + "=", StringComparison.Ordinal))?[(Variable.Length + 1)..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsServer(int process) => ProcessTable.NameOf(process).StartsWith("sshd", StringComparison.Ordinal);

    /// <summary>The server's process for a session holds its socket; the one that listens has none with a peer.</summary>
    private static OpenSocket? HeldByServer(int process, IReadOnlyList<OpenSocket> open)
    {
        if (!IsServer(process))
        {
            return null;
        }

        HashSet<ulong> held = [.. ProcessTable.OpenFilesOf(process).Select(file => SymbolicLink.TryReadNamespace(file, "socket")).OfType<ulong>()];
        return open.FirstOrDefault(socket => socket.Protocol == IpProtocol.Tcp && socket.Inode != 0 && held.Contains(socket.Inode));
    }
}
