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
/// <para>
/// In tmux, screen and their like nobody says by which connection a terminal is looked at just now: the variable is that of the session which
/// began it, and may be over. There any session of the ssh servers may be it.
/// </para>
/// </summary>
public static class RemoteSession
{
    private const string Variable = "SSH_CONNECTION";

    /// <summary>Beginnings of the names of programs that keep a terminal while its session comes and goes.</summary>
    private static readonly string[] s_keepers = ["tmux", "screen", "SCREEN", "zellij", "dtach", "abduco"];

    /// <summary>None where nobody types from elsewhere, or not into this namespace; several where any of them may be it.</summary>
    /// <param name="open">The open sockets of the namespace.</param>
    public static IReadOnlyList<OpenSocket> Find(IReadOnlyList<OpenSocket> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (open.Count == 0)
        {
            return [];
        }

        string? named = Environment.GetEnvironmentVariable(Variable);
        if (Named(named, open) is { } own)
        {
            return [own];
        }

        bool isKept = named is { Length: > 0 }, isServed = false;
        foreach (int process in ProcessTable.Ancestors())
        {
            string? environment = EnvironmentOf(process);
            if ((Named(environment, open) ?? HeldBy(process, open).FirstOrDefault()) is { } above)
            {
                return [above];
            }

            isServed |= IsServer(process);
            isKept |= environment is { Length: > 0 } || IsKeeper(process);
        }

        // Below a server that lives the session is open, but in another namespace.
        return isKept && !isServed ? [.. ProcessTable.All().SelectMany(process => HeldBy(process, open)).Distinct()] : [];
    }

    /// <summary>Whether somebody may be typing from elsewhere: cheap, and no socket is looked at.</summary>
    public static bool IsLikely() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }
        || ProcessTable.Ancestors().Any(process => IsServer(process) || IsKeeper(process) || EnvironmentOf(process) is { Length: > 0 });

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

    private static bool IsKeeper(int process)
    {
        string name = ProcessTable.NameOf(process);
        return Array.Exists(s_keepers, keeper => name.StartsWith(keeper, StringComparison.Ordinal));
    }

    /// <summary>A server's process for a session holds its socket; the one that listens has none with a peer. None of other processes.</summary>
    private static IEnumerable<OpenSocket> HeldBy(int process, IReadOnlyList<OpenSocket> open)
    {
        if (!IsServer(process))
        {
            return [];
        }

        HashSet<ulong> held = [.. ProcessTable.OpenFilesOf(process).Select(file => SymbolicLink.TryReadNamespace(file, "socket")).OfType<ulong>()];
        return open.Where(socket => socket.Protocol == IpProtocol.Tcp && socket.Inode != 0 && held.Contains(socket.Inode));
    }
}
