using System.Buffers.Binary;
using System.Net;
using MiniFirewall.Dns.Messages;

namespace MiniFirewall.Testing.Dns;

/// <summary>Writes DNS messages by hand, right ones and others.</summary>
public sealed class MessageText
{
    private readonly List<byte> _bytes = [.. new byte[12]];
    private int _answers;

    public MessageText(ushort id, string name, DnsType type, int code = 0, bool isTruncated = false, bool isResponse = true)
    {
        _bytes[0] = (byte)(id >> 8);
        _bytes[1] = (byte)id;
        _bytes[2] = (byte)((isResponse ? 0x80 : 0) | (isTruncated ? 2 : 0) | 1);
        _bytes[3] = (byte)(0x80 | code);
        _bytes[5] = 1;
        DnsName.Write(_bytes, name);
        Add((ushort)type);
        Add(1);
    }

    public MessageText Address(string name, string address, uint seconds)
    {
        byte[] bytes = IPAddress.Parse(address).GetAddressBytes();
        return Record(name, bytes.Length == 4 ? DnsType.A : DnsType.Aaaa, seconds, bytes);
    }

    public MessageText Alias(string name, string target, uint seconds)
    {
        List<byte> data = [];
        DnsName.Write(data, target);
        return Record(name, DnsType.Cname, seconds, [.. data]);
    }

    public MessageText Record(string name, DnsType type, uint seconds, byte[] data)
    {
        DnsName.Write(_bytes, name);
        Add((ushort)type);
        Add(1);
        Add((ushort)(seconds >> 16));
        Add((ushort)seconds);
        Add((ushort)data.Length);
        _bytes.AddRange(data);
        _answers++;
        return this;
    }

    public byte[] ToBytes()
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)_answers);
        return bytes;
    }

    private void Add(ushort number)
    {
        _bytes.Add((byte)(number >> 8));
        _bytes.Add((byte)number);
    }
}
