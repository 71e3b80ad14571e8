using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Netlink;

/// <summary>A netlink socket of the namespace of the thread that makes it, which asks the kernel, or sends to other sockets.</summary>
public sealed unsafe partial class NetlinkSocket : IDisposable
{
    /// <summary>NETLINK_NETFILTER.</summary>
    public const int Netfilter = 12;

    /// <summary>NETLINK_GENERIC.</summary>
    public const int Generic = 16;

    /// <summary>NETLINK_ROUTE.</summary>
    public const int Route = 0;

    private const int AfNetlink = 16, RawCloseOnExec = 3 | 0x80000, DontWait = 0x40;
    private const int SolNetlink = 270, CapAck = 10, ExtendedAck = 11, Interrupted = 4;
    private const int SolSocket = 1, SendBufferForce = 32, SendBufferBytes = 1 << 20;

    private readonly FileDescriptor _socket;

    /// <param name="protocol">Such as <see cref="Netfilter"/>.</param>
    public NetlinkSocket(int protocol)
    {
        int socket = Socket(AfNetlink, RawCloseOnExec, protocol);
        _socket = socket >= 0 ? new FileDescriptor(socket) : throw SystemCallException.FromLastError("socket(AF_NETLINK)");
        int bytes = SendBufferBytes;
        _ = SetSocketOption(_socket.Number, SolSocket, SendBufferForce, &bytes, sizeof(int));
    }

    /// <summary>Sends to the socket of that port; needs CAP_NET_ADMIN. False where nobody has it any more, or its buffer is full.</summary>
    public bool TrySend(uint port, ReadOnlySpan<byte> message)
    {
        // struct sockaddr_nl: family, padding, port, groups.
        Span<byte> to = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(to, AfNetlink);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], port);
        fixed (byte* bytes = message)
        fixed (byte* address = to)
        {
            return SendTo(_socket.Number, bytes, (nuint)message.Length, DontWait, address, (uint)to.Length) >= 0;
        }
    }

    /// <summary>Sends a request to the kernel; a refusal's answer leaves the request out and has the kernel's words in it.</summary>
    /// <param name="about">What is asked, for errors.</param>
    public void Send(ReadOnlySpan<byte> message, string about)
    {
        int on = 1;
        _ = SetSocketOption(_socket.Number, SolNetlink, CapAck, &on, sizeof(int));
        _ = SetSocketOption(_socket.Number, SolNetlink, ExtendedAck, &on, sizeof(int));
        Span<byte> kernel = stackalloc byte[12];
        kernel.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(kernel, AfNetlink);
        fixed (byte* bytes = message)
        fixed (byte* address = kernel)
        {
            if (SendTo(_socket.Number, bytes, (nuint)message.Length, 0, address, (uint)kernel.Length) < 0)
            {
                throw SystemCallException.FromLastError($"sendto(netlink) {about}");
            }
        }
    }

    /// <summary>The next datagram of an answer: its length. Longer ones than the buffer are cut by the kernel.</summary>
    /// <exception cref="SystemCallException">None came in time, or the socket has lost some.</exception>
    public int Receive(Span<byte> buffer, TimeSpan timeout, string about)
    {
        while (Polling.WaitReadable(_socket, timeout))
        {
            nint length;
            fixed (byte* bytes = buffer)
            {
                length = Receive(_socket.Number, bytes, (nuint)buffer.Length, DontWait);
            }

            if (length >= 0)
            {
                return (int)length;
            }

            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw SystemCallException.FromLastError($"recv(netlink) {about}");
            }
        }

        const int TimedOut = 110;
        throw new SystemCallException($"recv(netlink) {about}", TimedOut);
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int socket, byte* data, nuint length, int flags, byte* address, uint addressLength);
}
