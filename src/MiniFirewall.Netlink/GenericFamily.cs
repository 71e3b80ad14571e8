using System.Buffers.Binary;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Netlink;

/// <summary>
/// A family of generic netlink, in the network namespace of the thread that opens it (include/uapi/linux/genetlink.h). What the kernel
/// refuses is a <see cref="SystemCallException"/> with the kernel's own words (extended acknowledgment, kernel 4.12).
/// </summary>
public sealed class GenericFamily : IDisposable
{
    private const ushort Controller = 16, FamilyId = 1, FamilyName = 2;
    private const byte GetFamily = 3;
    private const int HeaderLength = 4, NoEntry = 2, LongestQuestion = 64;

    private readonly NetlinkSocket _socket;
    private readonly string _name;
    private readonly ushort _number;

    private GenericFamily(NetlinkSocket socket, string name)
    {
        _socket = socket;
        _name = name;
        _number = NumberOf(name);
    }

    /// <summary>Opens a family; null where the kernel has none of that name.</summary>
    public static GenericFamily? TryOpen(string name)
    {
        var socket = new NetlinkSocket(NetlinkSocket.Generic);
        try
        {
            return new(socket, name);
        }
        catch (SystemCallException missing) when (missing.Errno == NoEntry)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins a message to the family.</summary>
    /// <param name="buffer">Has room for all of it.</param>
    /// <param name="flags">nlmsg_flags beside <see cref="MessageWriter.Request"/>.</param>
    public MessageWriter Begin(Span<byte> buffer, byte command, byte version, ushort flags)
    {
        var message = new MessageWriter(buffer, _number, (ushort)(MessageWriter.Request | flags));
        message.Bytes(command, version, 0, 0);
        return message;
    }

    /// <summary>Sends a command that <see cref="Begin"/> began with <see cref="MessageWriter.Acknowledge"/>; returns when the kernel has done it.</summary>
    public void Ask(ReadOnlySpan<byte> message) => NetlinkDump.Run(_socket, message, _name, (_, _) => { });

    /// <summary>Asks for a list, by <see cref="MessageWriter.Dump"/>; the action is given the attributes of each message of it.</summary>
    public void List(ReadOnlySpan<byte> message, AttributesHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        NetlinkDump.Run(_socket, message, _name, (_, payload) => handler(new(Attributes(payload))));
    }

    public void Dispose() => _socket.Dispose();

    private ushort NumberOf(string name)
    {
        var question = new MessageWriter(stackalloc byte[LongestQuestion], Controller, MessageWriter.Request);
        question.Bytes(GetFamily, 1, 0, 0);
        question.Attribute(FamilyName, name);
        ushort number = 0;
        NetlinkDump.Run(_socket, question.Finish(), $"family {name}", (_, payload) =>
        {
            var attributes = new AttributeReader(Attributes(payload));
            while (attributes.Next())
            {
                number = attributes.Type == FamilyId ? BinaryPrimitives.ReadUInt16LittleEndian(attributes.Value) : number;
            }
        });
        return number;
    }

    private static ReadOnlySpan<byte> Attributes(ReadOnlySpan<byte> payload) => payload[Math.Min(HeaderLength, payload.Length)..];
}

/// <summary>Is given the attributes of a message.</summary>
public delegate void AttributesHandler(AttributeReader attributes);
