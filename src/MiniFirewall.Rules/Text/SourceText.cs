using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Rules.Text;

/// <summary>A user's text and its name; turns offsets into places.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];
    private int _firstLine = 1;
    private int _lastLine;

    internal SourceText(string file, string content)
    {
        File = file;
        Content = content;
        for (int i = content.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = content.IndexOf('\n', i + 1))
        {
            _lineStarts.Add(i + 1);
        }
    }

    internal string File { get; }

    internal string Content { get; private set; }

    /// <summary>Goes on with another line of a text that is never held whole; places of lines before mean nothing then.</summary>
    /// <param name="number">The line's, from 1.</param>
    internal void MoveTo(string line, int number)
    {
        Content = line;
        _firstLine = number;
        _lineStarts.RemoveRange(1, _lineStarts.Count - 1);
        _lastLine = 0;
    }

    /// <summary>The place of [start, end); cut where the line ends, so that a span never leaves its line.</summary>
    internal SourceSpan SpanOf(int start, int end)
    {
        int line = LineOf(start);
        int length = Math.Max(0, Math.Min(end, LineEnd(line)) - start);
        return new SourceSpan(File, _firstLine + line, start - _lineStarts[line] + 1, length);
    }

    /// <summary>Most places asked for lie on the last line asked for, or on the next.</summary>
    private int LineOf(int start)
    {
        for (int line = _lastLine; line < Math.Min(_lastLine + 2, _lineStarts.Count); line++)
        {
            if (start >= _lineStarts[line] && (line + 1 == _lineStarts.Count || start < _lineStarts[line + 1]))
            {
                return _lastLine = line;
            }
        }

        int found = _lineStarts.BinarySearch(start);
        return _lastLine = found >= 0 ? found : ~found - 1;
    }

    private int LineEnd(int line) => line + 1 < _lineStarts.Count ? _lineStarts[line + 1] - 1 : Content.Length;
}
