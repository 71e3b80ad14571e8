using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>
/// Boxes of entries that have been read back. Of residual conditions nothing is known, and an entry with a record, which
/// somebody may end, ends no region.
/// </summary>
internal sealed class EditBoxes(ImageMemory image)
{
    internal IBoxes Of(EntryForm[] forms, bool isOdd)
    {
        var ordinary = new OrdinaryBoxes(forms, [.. forms.Select(_ => StatementSides.None)], image.Family);
        return isOdd ? new OddBoxes(forms, [.. forms.Select(ShapeOf)], ordinary) : ordinary;
    }

    /// <summary>As <see cref="Of"/>, for the entry that a change looks for the leaves of: whether it ended anything when it was new.</summary>
    internal OddShape ShapeOf(EntryForm form)
    {
        OddShape shape = OddShape.Read(image.At(image.Layout.OddShapes + (form.Shape * OddShape.Size), OddShape.Size));
        return form.IsTerminal ? shape : shape with { IsPlain = false };
    }
}
