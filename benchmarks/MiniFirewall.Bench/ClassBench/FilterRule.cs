namespace MiniFirewall.Bench.ClassBench;

/// <summary>The first <paramref name="Length"/> bits of an IPv4 address, host order.</summary>
internal readonly record struct Prefix(uint Address, int Length)
{
    internal uint Mask => Length == 0 ? 0 : uint.MaxValue << (32 - Length);

    internal bool Contains(uint address) => ((address ^ Address) & Mask) == 0;
}

/// <summary>Both ends included.</summary>
internal readonly record struct PortRange(ushort Low, ushort High)
{
    internal bool IsAll => Low == 0 && High == ushort.MaxValue;

    internal bool Contains(ushort port) => port >= Low && port <= High;
}

/// <summary>One line of a ClassBench filter file; TCP flags are not read, as in the literature and in the traces.</summary>
/// <param name="Protocol">Null for any.</param>
internal sealed record FilterRule(Prefix Source, Prefix Destination, PortRange SourcePorts, PortRange DestinationPorts, byte? Protocol)
{
    /// <summary>Protocols whose ports an iptables rule can name here.</summary>
    internal bool HasPorts => Protocol is 6 or 17;

    internal bool IsAnything => Source.Length == 0 && Destination.Length == 0 && Protocol is null;

    internal bool Matches(in FilterHeader header) =>
        Source.Contains(header.Source) && Destination.Contains(header.Destination)
        && SourcePorts.Contains(header.SourcePort) && DestinationPorts.Contains(header.DestinationPort)
        && (Protocol is null || Protocol == header.Protocol);
}

/// <summary>One line of a ClassBench trace; addresses in host order.</summary>
internal readonly record struct FilterHeader(uint Source, uint Destination, ushort SourcePort, ushort DestinationPort, byte Protocol);
