using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Netlink;

/// <summary>Is given a message of an answer.</summary>
/// <param name="type">nlmsg_type.</param>
/// <param name="payload">What stands behind the header.</param>
public delegate void MessageHandler(ushort type, ReadOnlySpan<byte> payload);

/// <summary>Asks the kernel and reads its whole answer.</summary>
public static class NetlinkDump
{
    private const ushort FlagMulti = 2;
    private const int BufferLength = 1 << 16;

    /// <summary>Between two datagrams of an answer the kernel does nothing but fill the next one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Sends a request and has every message of the answer handled.</summary>
    /// <exception cref="SystemCallException">The kernel refuses; its errno, and its own words where it has any.</exception>
    public static void Run(NetlinkSocket socket, ReadOnlySpan<byte> request, string about, MessageHandler handler)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(handler);
        socket.Send(request, about);
        byte[] buffer = new byte[BufferLength];
        while (true)
        {
            int length = socket.Receive(buffer, Patience, about);
            if (IsLast(buffer.AsSpan(0, length), about, handler))
            {
                return;
            }
        }
    }

    /// <summary>Handles the messages of one datagram; true where the answer ends with it.</summary>
    private static bool IsLast(ReadOnlySpan<byte> datagram, string about, MessageHandler handler)
    {
        var message = new MessageReader(datagram, about);
        while (message.Next())
        {
            if (message.Type is MessageReader.Error or MessageReader.Done)
            {
                message.RequireSuccess();
                return true;
            }

            handler(message.Type, message.Payload);
            if ((message.Flags & FlagMulti) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
