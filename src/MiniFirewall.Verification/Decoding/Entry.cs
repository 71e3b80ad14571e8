using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>An entry, decoded. Its box is exact: <see cref="EntryDecoder"/> refuses what no box can say.</summary>
internal struct Entry
{
    internal Box Box;
    internal uint Order;
    internal uint Action;
    internal ushort Shape;

    /// <summary>Can match at the epoch: not dead, and its record, if it has one, in force.</summary>
    internal bool IsLive;

    internal readonly bool HasRecord => (Action & 3) == ImageFormat.ActionRecord;

    internal readonly int Record => (int)(Action >> 2);

    internal readonly bool HasProtocol => Box.Low[(int)Dimension.Protocol] == Box.High[(int)Dimension.Protocol];
}
