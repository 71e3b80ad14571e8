using System.Buffers.Binary;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Netlink;

/// <summary>
/// Messages to one of Netfilter's subsystems that the kernel does all of or none of (include/uapi/linux/netfilter/nfnetlink.h, net/netfilter/nfnetlink.c,
/// nfnetlink_rcv_batch). Not thread-safe.
/// </summary>
/// <param name="subsystem">NFNL_SUBSYS_*.</param>
public sealed class NetfilterBatch(byte subsystem)
{
    private const ushort BatchBegin = 16, BatchEnd = 17;
    private const int HeaderLength = 16, FlagsAt = 6, SequenceAt = 8, FirstBytes = 1 << 14;

    /// <summary>The kernel has done all of it, or nothing, when the send returns; its words are there already.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<string> _messages = [];
    private byte[] _bytes = new byte[FirstBytes];
    private int _length;
    private int _last;

    /// <summary>Adds a message.</summary>
    /// <param name="message">With <see cref="MessageWriter.Request"/>; its bytes are copied.</param>
    /// <param name="about">What it is, for errors.</param>
    public void Add(ReadOnlySpan<byte> message, string about)
    {
        if (_length == 0)
        {
            AddMark(BatchBegin, "the batch's beginning");
        }

        Append(message, about);
    }

    /// <summary>Sends what was added in the network namespace of the calling thread, and returns when the kernel has done it. CAP_NET_ADMIN.</summary>
    /// <exception cref="SystemCallException">The kernel refuses; nothing is changed. Names the first message that it refuses, with its own words where it has any.</exception>
    public void Send(string about)
    {
        // The batch's end is acknowledged by newer kernels only (6.10), its last message by all.
        Span<byte> flags = _bytes.AsSpan(_last + FlagsAt);
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | MessageWriter.Acknowledge));
        int last = _messages.Count - 1;
        AddMark(BatchEnd, "the batch's end");
        using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        socket.Send(_bytes.AsSpan(0, _length), about);
        byte[] answer = new byte[FirstBytes];
        while (!IsDone(answer.AsSpan(0, socket.Receive(answer, Patience, about)), last, about))
        {
        }
    }

    private void AddMark(ushort type, string about)
    {
        var mark = new MessageWriter(stackalloc byte[HeaderLength + 4], type, MessageWriter.Request);
        mark.Bytes(0, 0, 0, subsystem);
        Append(mark.Finish(), about);
    }

    /// <summary>A message's sequence number is its place in the batch.</summary>
    private void Append(ReadOnlySpan<byte> message, string about)
    {
        int padded = (message.Length + 3) & ~3;
        if (_length + padded > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + padded));
        }

        message.CopyTo(_bytes.AsSpan(_length));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length + SequenceAt), _messages.Count);
        _messages.Add(about);
        _last = _length;
        _length += padded;
    }

    /// <summary>Reads one datagram: true where the last message is acknowledged. Errors come in the order of the messages, and before that.</summary>
    private bool IsDone(ReadOnlySpan<byte> datagram, int last, string about)
    {
        var answer = new MessageReader(datagram, about);
        while (answer.Next())
        {
            if (answer.Type == MessageReader.Error)
            {
                answer.RequireSuccess(answer.Sequence >= 0 && answer.Sequence < _messages.Count ? _messages[answer.Sequence] : "an unknown message");
                if (answer.Sequence == last)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
