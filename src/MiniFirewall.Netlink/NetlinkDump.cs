using System.Buffers.Binary;
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
    private const ushort Error = 2, Done = 3, FlagMulti = 2;
    private const int HeaderLength = 16, BufferLength = 1 << 16;

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
        while (datagram.Length >= HeaderLength)
        {
            int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(datagram);
            if (length < HeaderLength || length > datagram.Length)
            {
                throw new SystemCallException($"netlink {about}: a message is cut", 5);
            }

            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(datagram[4..]), flags = BinaryPrimitives.ReadUInt16LittleEndian(datagram[6..]);
            ReadOnlySpan<byte> payload = datagram[HeaderLength..length];
            if (type is Error or Done)
            {
                CheckResult(payload, flags, type == Error, about);
                return true;
            }

            handler(type, payload);
            if ((flags & FlagMulti) == 0)
            {
                return true;
            }

            datagram = datagram[Math.Min((length + 3) & ~3, datagram.Length)..];
        }

        return false;
    }

    /// <summary>Throws where an answer is a refusal.</summary>
    /// <param name="payload">Behind the header of a message of type NLMSG_ERROR or NLMSG_DONE.</param>
    /// <param name="flags">nlmsg_flags.</param>
    /// <param name="quotesRequest">The header of the request follows, as in NLMSG_ERROR.</param>
    internal static void CheckResult(ReadOnlySpan<byte> payload, ushort flags, bool quotesRequest, string about)
    {
        const ushort HasWords = 0x200, Words = 1;
        int errno = payload.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(payload) : 0;
        if (errno == 0)
        {
            return;
        }

        string? hint = null;
        int words = quotesRequest ? 4 + HeaderLength : 4;
        if ((flags & HasWords) != 0 && payload.Length > words)
        {
            var attributes = new AttributeReader(payload[words..]);
            while (attributes.Next())
            {
                hint = attributes.Type == Words ? attributes.Text : hint;
            }
        }

        throw new SystemCallException($"netlink {about}", errno, hint);
    }
}
