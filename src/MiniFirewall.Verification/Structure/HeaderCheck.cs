using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>The header says what the programs were compiled for, the bytes are all there, and the fixed tables hold what they must.</summary>
internal sealed class HeaderCheck(ImageBytes image, Findings findings)
{
    /// <summary>False where nothing else may be read.</summary>
    internal bool Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < image.Layout.Size)
        {
            findings.Add($"the image has {bytes.Length} bytes of {image.Layout.Size}", "");
            return false;
        }

        CheckHeader(bytes);
        CheckBitNumbers();
        CheckPrefixMasks();
        return true;
    }

    private void CheckHeader(ReadOnlySpan<byte> bytes)
    {
        var expected = new byte[ImageFormat.HeaderSize];
        image.Layout.WriteHeader(expected);
        int words = HeaderWords * 4;
        if (!bytes[..words].SequenceEqual(expected.AsSpan(0, words)) || image.U32(ImageLayout.ZeroWord) != 0)
        {
            findings.Add("the header differs from the layout that the programs were compiled for", "header");
        }
    }

    /// <summary>Magic, version, family, eight capacities, two shifts.</summary>
    private const int HeaderWords = 13;

    private void CheckBitNumbers()
    {
        for (int bit = 0; bit < 64; bit++)
        {
            int at = (int)(unchecked((1UL << bit) * ImageLayout.BitFactor) >> 58);
            if (image.U8(image.Layout.BitNumbers + at) != bit)
            {
                findings.Add($"bit {bit} has the number {image.U8(image.Layout.BitNumbers + at)}", $"bit numbers, {at}");
            }
        }
    }

    private void CheckPrefixMasks()
    {
        for (int length = 0; length <= 64; length++)
        {
            ulong mask = length == 0 ? 0 : ulong.MaxValue << (64 - length);
            if (image.U64(image.Layout.PrefixMasks + (length * 8)) != mask)
            {
                findings.Add($"the mask of {length} leading bits is wrong", $"prefix masks, {length}");
            }
        }
    }
}
