using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>A tuple, decoded.</summary>
/// <param name="Ports">Source port | destination port &lt;&lt; 16 | protocol &lt;&lt; 32.</param>
internal readonly record struct ImageTuple(ulong SourceHigh, ulong SourceLow, ulong DestinationHigh, ulong DestinationLow, ulong Ports, ulong Salt, uint MinOrder)
{
    internal static ImageTuple Read(ImageBytes image, int at) => new(
        image.U64(at + ImageFormat.TupleSourceHigh),
        image.U64(at + ImageFormat.TupleSourceLow),
        image.U64(at + ImageFormat.TupleDestinationHigh),
        image.U64(at + ImageFormat.TupleDestinationLow),
        image.U64(at + ImageFormat.TuplePortMask),
        image.U64(at + ImageFormat.TupleSalt),
        image.U32(at + ImageFormat.TupleMinOrder));

    /// <summary>Whether all packets of the box have the same masked fields.</summary>
    internal bool IsFixedIn(in Box box) =>
        (SourceHigh & ~box.FixedBits((int)Dimension.SourceHigh)) == 0
        && (SourceLow & ~box.FixedBits((int)Dimension.SourceLow)) == 0
        && (DestinationHigh & ~box.FixedBits((int)Dimension.DestinationHigh)) == 0
        && (DestinationLow & ~box.FixedBits((int)Dimension.DestinationLow)) == 0
        && (Ports & 0xffff & ~box.FixedBits((int)Dimension.SourcePort)) == 0
        && ((Ports >> 16) & 0xffff & ~box.FixedBits((int)Dimension.DestinationPort)) == 0
        && ((Ports >> 32) & 0xff & ~box.FixedBits((int)Dimension.Protocol)) == 0;

    /// <summary>Whether no bit is set that no field of the family has.</summary>
    internal bool IsCanonical(bool isV6) =>
        Ports >> 40 == 0 && (isV6 || (SourceHigh | DestinationHigh | (SourceLow >> 32) | (DestinationLow >> 32)) == 0);
}
