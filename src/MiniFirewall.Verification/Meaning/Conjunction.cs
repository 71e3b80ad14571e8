using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Meaning;

/// <summary>
/// What a program requires before all else, as intervals: packets outside any of them it misses. Exact where the program
/// is nothing more, and so matches all others.
/// </summary>
internal sealed record Conjunction(Lane[] Lanes, bool IsExact)
{
    internal static Conjunction Everything { get; } = new([], IsExact: true);

    internal static Conjunction Unknown { get; } = new([], IsExact: false);

    /// <param name="start">A sound program's first op.</param>
    internal static Conjunction Of(ImageBytes image, int start, in Box box)
    {
        var lanes = new List<Lane>();
        bool isExact = true;
        for (int at = start; ;)
        {
            Op op = Op.Read(image, at);
            bool isAlways = op.Kind == OpKind.Always;
            bool isRequirement = isAlways || (op.OnFalse == OpFormat.Miss && op.OnTrue is not (OpFormat.Miss or OpFormat.Invalid));
            if (!isRequirement || (isAlways && op.OnTrue is OpFormat.Miss or OpFormat.Invalid))
            {
                return new([.. lanes], IsExact: false);
            }

            isExact &= isAlways || Take(LaneOf(op, box, image.IsV6), lanes);
            if (op.OnTrue == OpFormat.Match)
            {
                return new([.. lanes], isExact);
            }

            at += op.OnTrue;
        }
    }

    /// <summary>False where the requirement is no interval, or a second one of the same bits.</summary>
    private static bool Take(Lane? lane, List<Lane> lanes)
    {
        if (lane is not { } taken || lanes.Exists(known => known.IsSame(taken)))
        {
            return false;
        }

        lanes.Add(taken);
        return true;
    }

    private static Lane? LaneOf(in Op op, in Box box, bool isV6) => op.Kind switch
    {
        OpKind.Field when op.Low <= unchecked(op.Low + op.Span) => Lane.Of(op.Offset, op.Mask, op.Low, op.Low + op.Span),
        OpKind.EntryProtocol => Lane.Of(box, (int)Dimension.Protocol, isV6),
        OpKind.EntrySourcePort => Lane.Of(box, (int)Dimension.SourcePort, isV6),
        OpKind.EntryDestinationPort => Lane.Of(box, (int)Dimension.DestinationPort, isV6),
        _ => null,
    };
}
