using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>An op, decoded.</summary>
internal readonly record struct Op(OpKind Kind, byte Offset, ushort OnTrue, ushort OnFalse, ushort Argument, ulong Mask, ulong Low, ulong Span)
{
    internal static int Address(ImageLayout layout, int index) => layout.Ops + (index * OpFormat.Size);

    internal static Op Read(ImageBytes image, int index)
    {
        int at = Address(image.Layout, index);
        return new(
            (OpKind)image.U8(at + OpFormat.Kind),
            image.U8(at + OpFormat.Offset),
            image.U16(at + OpFormat.OnTrue),
            image.U16(at + OpFormat.OnFalse),
            image.U16(at + OpFormat.Argument),
            image.U64(at + OpFormat.Mask),
            image.U64(at + OpFormat.Low),
            image.U64(at + OpFormat.Span));
    }
}
