using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Meaning;

/// <summary>What entries do beside their intervals, in one view.</summary>
/// <param name="Program">The op program that is run; 0 for none (ordinary view only).</param>
/// <param name="Ends">A match ends the packet's way through the chain: nothing behind it is asked for.</param>
internal readonly record struct EntryKind(int Program, bool Ends)
{
    /// <summary>The kind of a live entry, whose record, if any, is within bounds.</summary>
    internal static EntryKind Of(ImageBytes image, View view, in Entry entry)
    {
        if (!entry.HasRecord)
        {
            return new(view.IsOdd ? ShapeProgram(image, entry.Shape) : 0, Ends: true);
        }

        Record record = Record.Read(image, entry.Record);
        bool ends = record.Late == 0 && record.Kind is (RecordKind.Decide or RecordKind.TailTo or RecordKind.Leave);
        return new(view.IsOdd ? record.Full : record.Residual, ends);
    }

    /// <summary>A shape's program; 0, which is none, beyond the last shape.</summary>
    internal static int ShapeProgram(ImageBytes image, int shape) =>
        shape < ImageFormat.MaxShapes ? (int)image.U32(image.Layout.Shapes + (shape * 4)) : 0;
}
