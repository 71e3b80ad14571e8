using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Tracing;

/// <summary>
/// The map "trace" that a traced program takes its packets' headers from: a position, which every run advances by one and
/// which starts over at the count; then headers, one after the other. With <paramref name="ColdLines"/> every run first
/// reads as many cache lines at random places of the map "tracecold", as a busy machine's other work would.
/// All integers are host order.
/// </summary>
/// <param name="Capacity">The most headers that the map holds; at least 1.</param>
public sealed record TraceLayout(Family Family, int Capacity, int ColdLines = 0)
{
    public const string MapName = "trace";
    public const string ColdMapName = "tracecold";

    /// <summary>u64: the next run's header.</summary>
    public const int Position = 0;

    /// <summary>u64: headers in use.</summary>
    public const int Count = 8;

    /// <summary>u64: state of the generator of random places.</summary>
    internal const int Random = 16;

    internal const int FirstHeader = 64;
    internal const int ColdBytes = 4 << 20, CacheLine = 64;

    /// <summary>A header begins with the source address; then destination, ports, protocol, TCP flags.</summary>
    internal const int Source = FirstHeader;

    private const uint MapIsMemory = 0x400; // BPF_F_MMAPABLE

    /// <summary>Bytes of one header.</summary>
    public int HeaderSize => Family == Family.IPv4 ? 16 : 40;

    /// <summary>An array of one value that can be mapped (kernel 5.5).</summary>
    public MapSpec Map => new(MapName, MapType.Array, 4, FirstHeader + (Capacity * HeaderSize), 1) { Flags = MapIsMemory };

    /// <summary>Asked for only with <see cref="ColdLines"/>.</summary>
    public static MapSpec ColdMap { get; } = new(ColdMapName, MapType.Array, 4, ColdBytes, 1);

    internal int AddressSize => Family == Family.IPv4 ? 4 : 16;

    internal int Destination => FirstHeader + AddressSize;

    internal int SourcePort => FirstHeader + (2 * AddressSize);

    internal int DestinationPort => SourcePort + 2;

    internal int Protocol => SourcePort + 4;

    internal int TcpFlags => SourcePort + 5;

    /// <summary>Writes headers to the map's memory, and starts over at the first.</summary>
    public void Write(Span<byte> memory, ReadOnlySpan<TraceHeader> headers)
    {
        ArgumentOutOfRangeException.ThrowIfZero(headers.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(headers.Length, Capacity);
        BinaryPrimitives.WriteUInt64LittleEndian(memory[Position..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(memory[Count..], (ulong)headers.Length);
        for (int i = 0; i < headers.Length; i++)
        {
            WriteHeader(memory[(i * HeaderSize)..], headers[i]);
        }
    }

    private void WriteHeader(Span<byte> memory, in TraceHeader header)
    {
        WriteAddress(memory[Source..], header.Source);
        WriteAddress(memory[Destination..], header.Destination);
        BinaryPrimitives.WriteUInt16LittleEndian(memory[SourcePort..], header.SourcePort);
        BinaryPrimitives.WriteUInt16LittleEndian(memory[DestinationPort..], header.DestinationPort);
        memory[Protocol] = header.Protocol;
        memory[TcpFlags] = header.TcpFlags;
    }

    /// <summary>The high half of an IPv6 address first, as in the packet key.</summary>
    private void WriteAddress(Span<byte> memory, UInt128 address)
    {
        if (Family == Family.IPv4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(memory, (uint)address);
            return;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(memory, (ulong)(address >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(memory[8..], (ulong)address);
    }
}
