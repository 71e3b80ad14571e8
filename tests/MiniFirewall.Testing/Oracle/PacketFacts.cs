using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Oracle;

/// <summary>A packet's numbers as 32-bit words, one a column of <see cref="RuleColumns"/>; read from its bytes once.</summary>
internal readonly struct PacketFacts
{
    /// <summary>Source in four words, destination in four, most significant first; then what <see cref="Column"/> names.</summary>
    private readonly uint[] _values;

    internal PacketFacts(Packet packet)
    {
        _values = new uint[(int)Column.Count];
        Split(packet.Source, (int)Column.Source);
        Split(packet.Destination, (int)Column.Destination);
        _values[(int)Column.In] = NameNumber(packet.InInterface);
        _values[(int)Column.Out] = NameNumber(packet.OutInterface);
        _values[(int)Column.Mark] = packet.Mark;
        _values[(int)Column.HopLimit] = packet.HopLimit;
        _values[(int)Column.Length] = (uint)(packet.Family == Family.IPv4 ? packet.DeclaredLength : packet.Bytes.Length);
        HasProtocol = !packet.Transport.IsBroken;
        _values[(int)Column.Protocol] = packet.Transport.Protocol;
        _values[(int)Column.SourceAgain] = (uint)packet.Source;
        _values[(int)Column.DestinationAgain] = (uint)packet.Destination;
        IsWhole = packet.Transport.FragmentOffset == 0;
        _values[(int)Column.Whole] = IsWhole ? 1u : 0u;
        IsSound = HasProtocol && (IsWhole ? HeaderIsWhole(packet) : packet.Family == Family.IPv6 || packet.Transport.FragmentOffset != 1);
        ReadHeader(packet.TransportBytes);
    }

    internal uint this[int column] => _values[column];

    /// <summary>A rule with a protocol does not drop the packet for its extension headers.</summary>
    internal bool HasProtocol { get; }

    /// <summary>No match that exists can find the packet invalid, so the order in which a rule asks its questions does not matter.</summary>
    internal bool IsSound { get; }

    /// <summary>Not a fragment other than the first.</summary>
    internal bool IsWhole { get; }

    /// <summary>A number for a name; different names rarely share one.</summary>
    internal static uint NameNumber(string name) => name.Aggregate(2166136261u, (sum, c) => (sum ^ c) * 16777619u);

    /// <summary>Whether all is there that any match asks of a packet of this protocol.</summary>
    private static bool HeaderIsWhole(Packet packet)
    {
        ReadOnlySpan<byte> header = packet.TransportBytes;
        return packet.Transport.Protocol switch
        {
            IpProtocol.Tcp => header.Length >= 20 && header[12] >> 4 >= 5 && (header[12] >> 4) * 4 <= header.Length,
            _ => header.Length >= 8,
        };
    }

    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        if (IsWhole && IsSound)
        {
            _values[(int)Column.SourcePort] = BinaryPrimitives.ReadUInt16BigEndian(header);
            _values[(int)Column.DestinationPort] = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
            _values[(int)Column.Icmp] = BinaryPrimitives.ReadUInt16BigEndian(header);
            _values[(int)Column.TcpFlags] = header.Length > 13 ? header[13] : 0u;
        }
    }

    private void Split(UInt128 address, int first)
    {
        for (int i = 0; i < 4; i++)
        {
            _values[first + i] = (uint)(address >> (96 - (32 * i)));
        }
    }
}
