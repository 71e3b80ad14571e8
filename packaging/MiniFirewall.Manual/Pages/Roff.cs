using System.Globalization;
using System.Text;

namespace MiniFirewall.Manual.Pages;

/// <summary>A man page in the language of man(7), groff's man macros.</summary>
internal sealed class Roff
{
    private readonly StringBuilder _text = new();

    internal Roff(string name, string summary)
    {
        _text.Append(CultureInfo.InvariantCulture, $".\\\" Written from the commands themselves; do not edit.\n.TH {name.ToUpperInvariant()} 8 \"\" miniFirewall \"System administration\"\n");
        Section("NAME").Line($"{Escape(name)} \\- {Escape(summary)}");
    }

    public override string ToString() => _text.ToString();

    internal Roff Section(string title) => Line($".SH {title}");

    internal Roff Subsection(string title) => Line($".SS {Escape(title)}");

    internal Roff Paragraph(string text) => Line(".PP").Line(Escape(text));

    /// <summary>A term in bold or as marked up, and what is said of it.</summary>
    /// <param name="term">In man's own markup, see <see cref="Bold"/>.</param>
    internal Roff Item(string term, string text) => Line(".TP").Line(term).Line(Escape(text));

    /// <summary>Lines as they stand.</summary>
    internal Roff Listing(IEnumerable<string> lines)
    {
        Line(".PP").Line(".RS 4").Line(".nf");
        foreach (string line in lines)
        {
            Line(Escape(line));
        }

        return Line(".fi").Line(".RE");
    }

    internal Roff Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    internal static string Bold(string text) => $"\\fB{Escape(text)}\\fR";

    internal static string Italic(string text) => $"\\fI{Escape(text)}\\fR";

    /// <summary>Hyphens that are typed are minus signs there; a dot or an apostrophe begins no line.</summary>
    internal static string Escape(string text)
    {
        var lines = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Split('\n')
            .Select(line => line.StartsWith('.') || line.StartsWith('\'') ? "\\&" + line : line);
        return string.Join('\n', lines);
    }
}
