namespace MiniFirewall.Testing.ClassBench;

/// <summary>One line of a ClassBench filter file: prefixes, inclusive port ranges, a protocol. Addresses in host order.</summary>
/// <param name="Protocol">Null for any.</param>
public sealed record FilterLine(
    Prefix Source, Prefix Destination, PortSpan SourcePorts, PortSpan DestinationPorts, byte? Protocol);

/// <summary>An IPv4 prefix; bits beyond the length are zero.</summary>
/// <param name="Length">0 to 32.</param>
public readonly record struct Prefix(uint Address, int Length);

/// <summary>Ports from one to another, both included.</summary>
public readonly record struct PortSpan(ushort Low, ushort High)
{
    public bool IsAll => Low == 0 && High == ushort.MaxValue;
}

/// <summary>One header of a ClassBench trace.</summary>
/// <param name="FirstMatch">The 0-based line of the filter that holds first, as the trace's maker found it.</param>
public readonly record struct TraceLine(
    uint Source, uint Destination, ushort SourcePort, ushort DestinationPort, byte Protocol, int FirstMatch);
