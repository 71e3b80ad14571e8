using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Walks over the words of a line about sets. A comment, after a blank and '#', ends the line.</summary>
internal ref struct SetScanner(string text, int start)
{
    private readonly string _text = text;
    private int _at = start;

    /// <summary>An empty word where the scanner is.</summary>
    internal readonly Word Place => new("", _at, _at);

    internal readonly bool AtEnd => _at >= _text.Length;

    internal bool AtLineEnd
    {
        get
        {
            SkipBlanks();
            return AtEnd || _text[_at] is '\n' or '#';
        }
    }

    internal readonly int Position => _at;

    /// <summary>A quote begins the next word.</summary>
    internal bool IsQuoted
    {
        get
        {
            SkipBlanks();
            return !AtEnd && (_text[_at] is '"' or '\'');
        }
    }

    /// <summary>The next word; empty at the line's end.</summary>
    internal ReadOnlySpan<char> Peek()
    {
        SkipBlanks();
        return _text.AsSpan(_at, Length());
    }

    /// <summary>The next word; empty at the line's end.</summary>
    internal Word Take() => TakeCached("");

    /// <summary>As <see cref="Take"/>; where the word is the one given, no other is made.</summary>
    internal Word TakeCached(string known)
    {
        ReadOnlySpan<char> word = Peek();
        int begin = _at;
        _at += word.Length;
        return new Word(word.SequenceEqual(known) ? known : word.ToString(), begin, _at);
    }

    /// <summary>Goes back into a word, behind its first character.</summary>
    internal void GoInto(Word word) => _at = word.Start + 1;

    /// <summary>Goes behind the next word where it is this one.</summary>
    internal bool TakeIf(string word)
    {
        bool isNext = Peek().SequenceEqual(word);
        _at += isNext ? word.Length : 0;
        return isNext;
    }

    /// <summary>The next word as a place in the text.</summary>
    internal (int Start, int Length) TakePlace()
    {
        int length = Peek().Length;
        (int, int) place = (_at, length);
        _at += length;
        return place;
    }

    /// <summary>The next word, or what stands between quotes.</summary>
    internal Word TakeQuoted()
    {
        SkipBlanks();
        if (AtEnd || _text[_at] is not ('"' or '\''))
        {
            return Take();
        }

        int begin = _at + 1, end = begin;
        while (end < _text.Length && _text[end] != _text[_at] && _text[end] != '\n')
        {
            end++;
        }

        _at = end < _text.Length && _text[end] != '\n' ? end + 1 : end;
        return new Word(_text[begin..end], begin - 1, _at);
    }

    /// <summary>Goes to the next line's beginning.</summary>
    internal int NextLine()
    {
        int end = _text.IndexOf('\n', Math.Min(_at, _text.Length));
        _at = end < 0 ? _text.Length : end + 1;
        return _at;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && (_text[_at] is ' ' or '\t' or '\r' or '\uFEFF' || IsContinuation()))
        {
            _at += _text[_at] == '\\' ? (_text[_at + 1] == '\r' ? 3 : 2) : 1;
        }
    }

    private readonly bool IsContinuation()
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_at);
        return rest[0] == '\\' && (rest.StartsWith("\\\n") || rest.StartsWith("\\\r\n"));
    }

    private readonly int Length()
    {
        int end = _at;
        while (end < _text.Length && _text[end] is not (' ' or '\t' or '\r' or '\n'))
        {
            end++;
        }

        return _at < _text.Length && _text[_at] == '#' ? 0 : end - _at;
    }
}
