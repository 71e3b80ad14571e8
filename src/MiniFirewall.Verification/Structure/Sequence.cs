using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>The entries that a run or a list leads to, in their order. Ends at its last one, or with an error at a bound.</summary>
internal struct Sequence
{
    private readonly ImageBytes _image;
    private readonly EntryTable _entries;
    private readonly bool _isList;
    private int _at;

    /// <param name="reference">Of kind run or list.</param>
    internal Sequence(ImageBytes image, EntryTable entries, uint reference)
    {
        _image = image;
        _entries = entries;
        _isList = reference >> ImageFormat.KindShift == ImageFormat.KindList;
        _at = (int)(reference & ImageFormat.IndexMask);
    }

    /// <summary>What ended the sequence before its end; null where nothing did.</summary>
    internal string? Error { get; private set; }

    /// <summary>The next entry's index, within bounds; false at the end.</summary>
    internal bool Next(out int entry) => _isList ? NextOfList(out entry) : NextOfRun(out entry);

    private bool NextOfRun(out int entry)
    {
        entry = _at;
        if (_at < 0)
        {
            return false;
        }

        if (_at >= _entries.Capacity)
        {
            return Fail($"a run goes beyond the {_entries.Capacity} entries");
        }

        _at = _entries.IsLastOfRun(_at) ? -1 : _at + 1;
        return true;
    }

    private bool NextOfList(out int entry)
    {
        entry = -1;
        if (_at < 0)
        {
            return false;
        }

        if (_at >= _image.Capacity.Refs)
        {
            return Fail($"a list goes beyond the {_image.Capacity.Refs} elements");
        }

        uint element = _image.U32(_image.Layout.Refs + (_at * ImageFormat.RefSize));
        entry = (int)(element & ~ImageFormat.LastOfList);
        if (entry >= _entries.Capacity)
        {
            return Fail($"element {_at} is entry {entry} of {_entries.Capacity}");
        }

        _at = (element & ImageFormat.LastOfList) != 0 ? -1 : _at + 1;
        return true;
    }

    private bool Fail(string error)
    {
        Error = error;
        _at = -1;
        return false;
    }
}
