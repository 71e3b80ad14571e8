using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>A record, decoded.</summary>
internal readonly record struct Record(uint From, uint Until, int Residual, uint Result, RecordKind Kind, byte Emits, byte Answer, uint Chain, int Full, int Late)
{
    internal static int Address(ImageLayout layout, int index) => layout.Records + (index * ImageFormat.RecordSize);

    internal static Record Read(ImageBytes image, int index)
    {
        int at = Address(image.Layout, index);
        return new(
            image.U32(at + ImageFormat.RecordFrom),
            image.U32(at + ImageFormat.RecordUntil),
            (int)image.U32(at + ImageFormat.RecordResidual),
            image.U32(at + ImageFormat.RecordResult),
            (RecordKind)image.U8(at + ImageFormat.RecordKind),
            image.U8(at + ImageFormat.RecordEmits),
            image.U8(at + ImageFormat.RecordAnswer),
            image.U32(at + ImageFormat.RecordChain),
            (int)image.U32(at + ImageFormat.RecordFull),
            (int)image.U32(at + ImageFormat.RecordLate));
    }

    internal bool InForce(uint epoch) => From <= epoch && epoch < Until;
}
