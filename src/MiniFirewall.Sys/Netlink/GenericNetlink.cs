using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniFirewall.Sys.Netlink;

/// <summary>
/// A generic netlink socket of the network namespace of the thread that makes it: asks the kernel, and waits for its answer. What the
/// kernel refuses is a <see cref="SystemCallException"/> with the kernel's own words (extended acknowledgment, kernel 4.12).
/// </summary>
public sealed unsafe partial class GenericNetlink : IDisposable
{
    private const int AfNetlink = 16, RawCloseOnExec = 3 | 0x80000, Generic = 16;
    private const int SolNetlink = 270, CapAck = 10, ExtAck = 11;
    private const ushort Controller = 16, Acknowledge = 4, Dump = 0x300, Error = 2, Done = 3, AckCapped = 0x100, AckHasWords = 0x200;
    private const byte GetFamily = 3;
    private const ushort FamilyId = 1, FamilyName = 2, ErrorWords = 1;
    private const int NoEntry = 2, AnswerBytes = 65536;

    private readonly FileDescriptor _socket;
    private readonly string _about;
    private uint _sequence;

    private GenericNetlink(FileDescriptor socket, string about)
    {
        _socket = socket;
        _about = about;
        int on = 1;
        _ = SetSocketOption(socket.Number, SolNetlink, CapAck, &on, sizeof(int));
        _ = SetSocketOption(socket.Number, SolNetlink, ExtAck, &on, sizeof(int));
    }

    /// <summary>The family's number; messages to it begin with it.</summary>
    public ushort Family { get; private init; }

    /// <summary>Opens a family; null where the kernel has none of that name.</summary>
    public static GenericNetlink? TryOpen(string family)
    {
        int number = Socket(AfNetlink, RawCloseOnExec, Generic);
        var socket = number >= 0 ? new FileDescriptor(number) : throw SystemCallException.FromLastError("socket(AF_NETLINK, NETLINK_GENERIC)");
        try
        {
            using var asking = new GenericNetlink(socket, $"family {family}");
            ushort id = 0;
            asking.Ask(
                new NetlinkMessage(Controller, GetFamily, version: 1).Put(FamilyName, Encoding.ASCII.GetBytes(family + "\0")),
                answer => id = BinaryPrimitives.ReadUInt16LittleEndian(NetlinkAttributes.Find(answer, FamilyId)));
            number = Socket(AfNetlink, RawCloseOnExec, Generic);
            return number >= 0 ? new GenericNetlink(new FileDescriptor(number), family) { Family = id } : throw SystemCallException.FromLastError("socket(AF_NETLINK, NETLINK_GENERIC)");
        }
        catch (SystemCallException missing) when (missing.Errno == NoEntry)
        {
            return null;
        }
    }

    /// <summary>Sends a command, and returns when the kernel has done it.</summary>
    /// <param name="onAnswer">Is given the attributes of each message that comes before the acknowledgment.</param>
    public void Ask(NetlinkMessage message, AttributesReader? onAnswer = null) => Send(message, Acknowledge, onAnswer);

    /// <summary>Asks for a list; the action is given the attributes of each message of it.</summary>
    public void List(NetlinkMessage message, AttributesReader onAnswer) => Send(message, Dump, onAnswer);

    public void Dispose() => _socket.Dispose();

    private void Send(NetlinkMessage message, ushort flags, AttributesReader? onAnswer)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] bytes = message.Finish(++_sequence, flags);
        fixed (byte* data = bytes)
        {
            if (Send(_socket.Number, data, (nuint)bytes.Length, 0) < 0)
            {
                throw SystemCallException.FromLastError($"netlink {_about}");
            }
        }

        byte[] answer = new byte[AnswerBytes];
        while (!Read(answer.AsSpan(0, Receive(answer)), onAnswer))
        {
        }
    }

    private int Receive(byte[] answer)
    {
        fixed (byte* data = answer)
        {
            nint got = Receive(_socket.Number, data, (nuint)answer.Length, 0);
            return got >= 0 ? (int)got : throw SystemCallException.FromLastError($"netlink {_about}");
        }
    }

    /// <summary>True where the last message was among these.</summary>
    private bool Read(ReadOnlySpan<byte> messages, AttributesReader? onAnswer)
    {
        while (messages.Length >= NetlinkMessage.HeaderBytes)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            ReadOnlySpan<byte> message = messages[..length];
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
            if (type is Error or Done)
            {
                RequireDone(message);
                return true;
            }

            onAnswer?.Invoke(message[NetlinkMessage.FirstAttribute..]);
            messages = messages[Math.Min((length + 3) & ~3, messages.Length)..];
        }

        return false;
    }

    private void RequireDone(ReadOnlySpan<byte> message)
    {
        int error = -BinaryPrimitives.ReadInt32LittleEndian(message[NetlinkMessage.HeaderBytes..]);
        if (error > 0)
        {
            throw new SystemCallException($"netlink {_about}", error, WordsOf(message));
        }
    }

    private static string? WordsOf(ReadOnlySpan<byte> message)
    {
        const int ErrorNumber = 4;
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]);
        if ((flags & AckHasWords) == 0)
        {
            return null;
        }

        int start = NetlinkMessage.HeaderBytes + ErrorNumber;
        start += (flags & AckCapped) != 0 ? NetlinkMessage.HeaderBytes : (BinaryPrimitives.ReadInt32LittleEndian(message[start..]) + 3) & ~3;
        ReadOnlySpan<byte> words = NetlinkAttributes.Find(message[start..], ErrorWords);
        return words.IsEmpty ? null : Encoding.UTF8.GetString(words.TrimEnd((byte)0));
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSocketOption(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* data, nuint length, int flags);
}

/// <summary>Is given the bytes of a message's attributes.</summary>
public delegate void AttributesReader(ReadOnlySpan<byte> attributes);
