using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Rules.Text;

/// <summary>A user's text and its name; turns offsets into places.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

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

    internal string Content { get; }

    /// <summary>The place of [start, end); cut where the line ends, so that a span never leaves its line.</summary>
    internal SourceSpan SpanOf(int start, int end)
    {
        int found = _lineStarts.BinarySearch(start);
        int line = found >= 0 ? found : ~found - 1;
        int length = Math.Max(0, Math.Min(end, LineEnd(line)) - start);
        return new SourceSpan(File, line + 1, start - _lineStarts[line] + 1, length);
    }

    private int LineEnd(int line) => line + 1 < _lineStarts.Count ? _lineStarts[line + 1] - 1 : Content.Length;
}
