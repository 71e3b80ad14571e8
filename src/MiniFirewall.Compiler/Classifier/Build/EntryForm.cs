namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>An entry before it has a place. Addresses are the family's 32 or 128 bits, bits behind the prefix zero.</summary>
internal struct EntryForm
{
    internal UInt128 Source, Destination;
    internal byte SourceLength, DestinationLength;
    internal ushort SourcePort, SourceWidth, DestinationPort, DestinationWidth;
    internal byte Protocol;
    internal bool HasProtocol;

    /// <summary>Found by ordinary packets; odd ones find every entry.</summary>
    internal bool IsOrdinary;
    internal ushort Shape;
    internal uint Order, Action;
    internal int Chain;

    /// <summary>The tuple that finds it, a view each.</summary>
    internal byte Tuple, OddTuple;

    /// <summary>Decides by itself: no record, so that what stands behind it in its region is never reached.</summary>
    internal readonly bool IsTerminal => (Action & 3) is 1 or 2;

    /// <summary>Ports and protocol as a tuple's PortMask lays them out; zero where not exact.</summary>
    internal readonly ulong ExactPorts =>
        (SourceWidth == 0 ? SourcePort : 0UL) | (DestinationWidth == 0 ? (ulong)DestinationPort << 16 : 0) | (HasProtocol ? (ulong)Protocol << 32 : 0);

    /// <summary>Which of source port (1), destination port (2) and protocol (4) are exact.</summary>
    internal readonly int Category => (SourceWidth == 0 ? 1 : 0) | (DestinationWidth == 0 ? 2 : 0) | (HasProtocol ? 4 : 0);
}
