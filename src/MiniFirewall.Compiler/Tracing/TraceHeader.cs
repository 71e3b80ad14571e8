namespace MiniFirewall.Compiler.Tracing;

/// <summary>What a traced program takes for one packet. Host order; IPv4 addresses in the low 32 bits.</summary>
public readonly record struct TraceHeader(
    UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, byte TcpFlags);
