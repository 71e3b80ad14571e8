using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns.Messages;

/// <summary>One record of an answer: an address, or another name.</summary>
/// <param name="Seconds">How long it holds.</param>
/// <param name="Target">Of a CNAME record; empty in others.</param>
internal readonly record struct DnsRecord(string Name, DnsType Type, uint Seconds, UInt128 Address, string Target);

/// <summary>
/// A message as far as addresses need it (RFC 1035, 4): its first question, and the records of its answer section that are addresses or
/// aliases. What it holds is bounded whatever the message says.
/// </summary>
internal sealed class DnsMessage
{
    /// <summary>Records of an answer that are looked at.</summary>
    internal const int MostRecords = 512;

    private const int HeaderBytes = 12, RecordBytes = 10;
    private const ushort Response = 0x8000, Operation = 0x7800, Truncated = 0x0200, CodeMask = 0x000f, Internet = 1;

    private DnsMessage(ushort id, ushort flags, DnsQuestion? question, List<DnsRecord> records) =>
        (Id, Flags, Question, Records) = (id, flags, question, records);

    internal ushort Id { get; }

    /// <summary>Null where it asks for something else than addresses.</summary>
    internal DnsQuestion? Question { get; }

    internal List<DnsRecord> Records { get; }

    /// <summary>An answer to a question, not a question.</summary>
    internal bool IsResponse => (Flags & Response) != 0;

    internal bool IsTruncated => (Flags & Truncated) != 0;

    /// <summary>0 for success, 3 for a name that does not exist (RFC 1035, 4.1.1).</summary>
    internal int Code => Flags & CodeMask;

    private ushort Flags { get; }

    /// <summary>Null where the bytes are no message, or end in the midst of one that does not say so.</summary>
    internal static DnsMessage? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
        {
            return null;
        }

        ushort flags = Number(bytes, 2);
        int at = HeaderBytes;
        if ((flags & Operation) != 0 || Number(bytes, 4) != 1 || !TryReadQuestion(bytes, ref at, out DnsQuestion? question))
        {
            return null;
        }

        List<DnsRecord> records = [];
        int count = Math.Min(Number(bytes, 6), (ushort)MostRecords);
        for (int i = 0; i < count; i++)
        {
            if (!TryReadRecord(bytes, ref at, records))
            {
                return (flags & Truncated) != 0 ? new(Number(bytes, 0), flags, question, records) : null;
            }
        }

        return new(Number(bytes, 0), flags, question, records);
    }

    private static bool TryReadQuestion(ReadOnlySpan<byte> bytes, ref int at, out DnsQuestion? question)
    {
        question = null;
        if (!DnsName.TryRead(bytes, ref at, out string name) || at + 4 > bytes.Length)
        {
            return false;
        }

        ushort type = Number(bytes, at), network = Number(bytes, at + 2);
        at += 4;
        if (network == Internet && (DnsType)type is DnsType.A or DnsType.Aaaa)
        {
            question = new(name, (DnsType)type == DnsType.A ? Family.IPv4 : Family.IPv6);
        }

        return true;
    }

    private static bool TryReadRecord(ReadOnlySpan<byte> bytes, ref int at, List<DnsRecord> records)
    {
        if (!DnsName.TryRead(bytes, ref at, out string name) || at + RecordBytes > bytes.Length)
        {
            return false;
        }

        var type = (DnsType)Number(bytes, at);
        bool isInternet = Number(bytes, at + 2) == Internet;
        uint seconds = BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 4)..]);
        int length = Number(bytes, at + 8);
        int data = at + RecordBytes;
        at = data + length;
        if (at > bytes.Length)
        {
            return false;
        }

        // A time with its highest bit set is none (RFC 2181, 8).
        seconds = seconds > int.MaxValue ? 0 : seconds;
        if (isInternet && type == DnsType.A && length == 4)
        {
            records.Add(new(name, type, seconds, BinaryPrimitives.ReadUInt32BigEndian(bytes[data..]), ""));
        }
        else if (isInternet && type == DnsType.Aaaa && length == 16)
        {
            records.Add(new(name, type, seconds, BinaryPrimitives.ReadUInt128BigEndian(bytes[data..]), ""));
        }
        else if (isInternet && type == DnsType.Cname)
        {
            int place = data;
            if (!DnsName.TryRead(bytes, ref place, out string target) || place != at)
            {
                return false;
            }

            records.Add(new(name, type, seconds, 0, target));
        }

        return true;
    }

    private static ushort Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
