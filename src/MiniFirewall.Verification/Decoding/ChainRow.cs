using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>A chain's row, decoded. It owns the orders [First, End).</summary>
internal readonly record struct ChainRow(string Name, int Number, ulong Tuples, ulong OddTuples, ulong Salt, uint First, uint End)
{
    internal static int Address(ImageLayout layout, int number) => layout.Chains + (number * ImageFormat.ChainSize);

    internal static ChainRow Read(ImageBytes image, string name, int number)
    {
        int at = Address(image.Layout, number);
        return new(
            name, number,
            image.U64(at + ImageFormat.ChainTuples), image.U64(at + ImageFormat.ChainOddTuples), image.U64(at + ImageFormat.ChainSalt),
            image.U32(at + ImageFormat.ChainFirst), image.U32(at + ImageFormat.ChainEnd));
    }

    internal ulong TuplesOf(View view) => view.IsOdd ? OddTuples : Tuples;
}
