using System.Buffers.Binary;
using MiniFirewall.Sys;

namespace MiniFirewall.Netlink;

/// <summary>Goes through the messages of one datagram of the kernel's answer (include/uapi/linux/netlink.h). Numbers are in the machine's order.</summary>
/// <param name="about">What was asked, for errors.</param>
internal ref struct MessageReader(ReadOnlySpan<byte> datagram, string about)
{
    /// <summary>NLMSG_ERROR, which a success is too; NLMSG_DONE.</summary>
    internal const ushort Error = 2, Done = 3;

    private const int HeaderLength = 16;

    private ReadOnlySpan<byte> _left = datagram;

    /// <summary>nlmsg_type.</summary>
    internal ushort Type { get; private set; }

    /// <summary>nlmsg_flags.</summary>
    internal ushort Flags { get; private set; }

    /// <summary>nlmsg_seq.</summary>
    internal int Sequence { get; private set; }

    /// <summary>What stands behind the header.</summary>
    internal ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>Goes on to the next; false behind the last.</summary>
    /// <exception cref="SystemCallException">It is cut.</exception>
    internal bool Next()
    {
        if (_left.Length < HeaderLength)
        {
            return false;
        }

        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(_left);
        if (length < HeaderLength || length > _left.Length)
        {
            throw new SystemCallException($"netlink {about}: a message is cut", 5);
        }

        Type = BinaryPrimitives.ReadUInt16LittleEndian(_left[4..]);
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(_left[6..]);
        Sequence = BinaryPrimitives.ReadInt32LittleEndian(_left[8..]);
        Payload = _left[HeaderLength..length];
        _left = _left[Math.Min((length + 3) & ~3, _left.Length)..];
        return true;
    }

    /// <summary>Throws where a message of type <see cref="Error"/> or <see cref="Done"/> is a refusal.</summary>
    /// <param name="part">Of what was asked; empty for all of it.</param>
    /// <exception cref="SystemCallException">The kernel refuses; its errno, and its own words where it has any.</exception>
    internal readonly void RequireSuccess(string part = "")
    {
        const ushort HasWords = 0x200, Words = 1;
        int errno = Payload.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(Payload) : 0;
        if (errno == 0)
        {
            return;
        }

        // An error has the header of the request before its words.
        string? hint = null;
        int words = Type == Error ? 4 + HeaderLength : 4;
        if ((Flags & HasWords) != 0 && Payload.Length > words)
        {
            var attributes = new AttributeReader(Payload[words..]);
            while (attributes.Next())
            {
                hint = attributes.Type == Words ? attributes.Text : hint;
            }
        }

        throw new SystemCallException($"netlink {about}{(part.Length > 0 ? ": " + part : "")}", errno, hint);
    }
}
