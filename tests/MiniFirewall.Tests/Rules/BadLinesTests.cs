using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MiniFirewall.Rules.Diagnostics;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>bad-lines.txt: wrong texts, each with every message it gets, to the letter.</summary>
public sealed partial class BadLinesTests
{
    private const string File = "bad-lines.txt";

    [Fact]
    public void Every_wrong_text_gets_exactly_its_messages()
    {
        var now = new StringBuilder();
        int cases = 0;
        string written = System.IO.File.ReadAllText(SharedData.Here(File));
        foreach (string block in written.Split("\n\n"))
        {
            string[] lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string[] text = [.. lines.Where(line => line is not ([' ', ..] or ['#', ..]))];
            now.Append(now.Length > 0 ? "\n" : "");
            now.AppendJoin("", lines.Where(line => line[0] == '#').Concat(text).Select(line => line + "\n"));
            if (text.Length > 0)
            {
                cases++;
                now.AppendJoin("", Reading.Bad(Unescape(string.Join('\n', text))).Select(Print));
            }
        }

        Assert.True(cases >= 300, $"only {cases} texts");
        Assert.Equal(written, now.ToString());
    }

    private static string Print(Diagnostic d) =>
        $"  {d.Span.Line}:{d.Span.Column}+{d.Span.Length} MFW{d.Code:D4}: {d.Message}{(d.Help.Length > 0 ? "; " + d.Help : "")}\n";

    /// <summary>Characters that an editor would not keep are written as &lt;U+0007&gt;.</summary>
    private static string Unescape(string text) =>
        Escape().Replace(text, match => ((char)ushort.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex("<U\\+([0-9A-F]{4})>")]
    private static partial Regex Escape();
}
