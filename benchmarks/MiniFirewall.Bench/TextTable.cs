using System.Text;

namespace MiniFirewall.Bench;

/// <summary>A table that reads well on a terminal and is Markdown too; numbers stand at the right.</summary>
internal sealed class TextTable(params string[] heads)
{
    private readonly List<string[]> _rows = [];

    internal bool IsEmpty => _rows.Count == 0;

    internal void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. heads.Select((head, i) => Math.Max(3, _rows.Select(row => row[i].Length).Append(head.Length).Max()))];
        bool[] right = [.. heads.Select((_, i) => _rows.TrueForAll(row => row[i].Length == 0 || IsNumber(row[i])))];
        var text = new StringBuilder();
        Line(heads);
        text.Append('|').AppendJoin('|', widths.Select((width, i) => $" {new string('-', width - (right[i] ? 1 : 0))}{(right[i] ? ":" : "")} ")).Append("|\n");
        _rows.ForEach(Line);
        return text.ToString();

        void Line(string[] cells) =>
            text.Append('|').AppendJoin('|', cells.Select((cell, i) => $" {(right[i] ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))} ")).Append("|\n");
    }

    internal string ToCsv()
    {
        var text = new StringBuilder();
        foreach (string[] row in _rows.Prepend(heads))
        {
            text.AppendJoin(',', row.Select(Quoted)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>RFC 4180.</summary>
    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool IsNumber(string cell) => char.IsAsciiDigit(cell[0]) || cell[0] is '-' or '≤' or '–';
}
