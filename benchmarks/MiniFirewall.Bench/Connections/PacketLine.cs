using System.ComponentModel;
using System.Runtime.InteropServices;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Bench.Connections;

/// <summary>A socket of a network namespace that puts whole frames on a device (packet(7)).</summary>
internal sealed partial class PacketLine : IDisposable
{
    private const int PacketFamily = 17, RawType = 3;

    private readonly int _socket;

    internal PacketLine(string namespacePath, string device) => _socket = NetworkNamespaceThread.Run(namespacePath, () => Open(device));

    /// <summary>Sends frames, one after the other; each is on its way to the end when this returns.</summary>
    internal void Send(Frames frames, int from, int count)
    {
        for (int sent = 0; sent < count;)
        {
            int now = SendMany(_socket, frames.MessageAt(from + sent), (uint)(count - sent), 0);
            sent += now > 0 ? now : throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    public void Dispose() => _ = Close(_socket);

    private static int Open(string device)
    {
        int socket = OpenSocket(PacketFamily, RawType, 0);
        var address = new LinkAddress { Family = PacketFamily, Index = (int)IndexOf(device) };
        return socket >= 0 && Bind(socket, address, Marshal.SizeOf<LinkAddress>()) == 0 ? socket : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, in LinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, nint messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string device);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);

    /// <summary>A struct sockaddr_ll.</summary>
    private struct LinkAddress
    {
        internal ushort Family, Protocol;
        internal int Index;
        internal ushort HardwareType;
        internal byte PacketType, Length;
        internal ulong Address;
    }
}
