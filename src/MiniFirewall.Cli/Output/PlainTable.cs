using System.Text;

namespace MiniFirewall.Cli.Output;

/// <summary>Columns told apart by space; nothing is cut, whatever the width of the terminal. The last column is not padded.</summary>
internal sealed class PlainTable
{
    private const int Gap = 2;

    private readonly bool[] _right;
    private readonly List<string[]> _rows = [];

    /// <param name="columns">Heads; one that begins with '>' is for a column that stands to the right.</param>
    internal PlainTable(params string[] columns)
    {
        _right = [.. columns.Select(c => c.StartsWith('>'))];
        _rows.Add([.. columns.Select(c => c.TrimStart('>'))]);
    }

    /// <summary>A table of as many columns, without heads.</summary>
    internal static PlainTable WithoutHeads(int columns)
    {
        var table = new PlainTable(new string[columns].Select(_ => "").ToArray());
        table._rows.Clear();
        return table;
    }

    internal void Add(params string[] cells) => _rows.Add(cells);

    internal void Write(TextWriter output)
    {
        int[] widths = [.. Enumerable.Range(0, _right.Length).Select(i => _rows.Max(r => r[i].Length))];
        foreach (string[] row in _rows)
        {
            output.WriteLine(Line(row, widths));
        }
    }

    private string Line(string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (int i = 0; i < row.Length; i++)
        {
            line.Append(_right[i] ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i])).Append(' ', Gap);
        }

        return line.ToString().TrimEnd();
    }
}
