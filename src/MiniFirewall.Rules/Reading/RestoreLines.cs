namespace MiniFirewall.Rules.Reading;

/// <summary>The lines of a text that is held as bytes, one after the other.</summary>
internal ref struct RestoreLines(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>The number of the line read last, from 1.</summary>
    internal int Number { get; private set; }

    /// <summary>Whether a line end follows the line read last.</summary>
    internal bool IsEnded { get; private set; }

    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        int end = _rest.IndexOf((byte)'\n');
        IsEnded = end >= 0;
        line = IsEnded ? _rest[..end] : _rest;
        _rest = IsEnded ? _rest[(end + 1)..] : default;
        Number++;
        return true;
    }
}
