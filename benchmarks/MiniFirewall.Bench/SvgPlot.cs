using System.Globalization;
using System.Text;

namespace MiniFirewall.Bench;

/// <summary>A plot of lines over two logarithmic axes, as SVG. What is not above zero cannot be shown and is left out.</summary>
internal sealed class SvgPlot(string title, string xName, string yName)
{
    private const int Width = 760, Height = 440, Left = 70, Right = 210, Top = 40, Bottom = 50;

    private static readonly string[] Colors = ["#0b62a4", "#c0392b", "#2e8b57", "#8e44ad", "#d68910", "#555555", "#16a085", "#7f3c1d"];

    private readonly List<(string Name, (double X, double Y)[] Points)> _lines = [];

    internal void Add(string name, params (double X, double Y)[] points)
    {
        (double, double)[] shown = [.. points.Where(p => p.X > 0 && p.Y > 0)];
        if (shown.Length > 0)
        {
            _lines.Add((name, shown));
        }
    }

    public override string ToString()
    {
        var svg = new StringBuilder();
        svg.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        Text(svg, Width / 2, 22, "middle", title, 14);
        if (_lines.Count > 0)
        {
            var points = _lines.SelectMany(line => line.Points).ToList();
            Draw(svg, Axis.Over(points.Select(p => p.X)), Axis.Over(points.Select(p => p.Y)));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private void Draw(StringBuilder svg, Axis x, Axis y)
    {
        foreach (double tick in x.Ticks)
        {
            Line(svg, AtX(x, tick), Top, AtX(x, tick), Height - Bottom);
            if (x.HasRoomFor(tick))
            {
                Text(svg, AtX(x, tick), Height - Bottom + 18, "middle", Number(tick));
            }
        }

        foreach (double tick in y.Ticks)
        {
            Line(svg, Left, AtY(y, tick), Width - Right, AtY(y, tick));
            Text(svg, Left - 8, AtY(y, tick) + 4, "end", Number(tick));
        }

        Text(svg, (Left + Width - Right) / 2, Height - 10, "middle", xName);
        svg.Append($"<text transform=\"translate(18 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\" fill=\"#222222\">{yName}</text>\n");
        for (int i = 0; i < _lines.Count; i++)
        {
            DrawLine(svg, x, y, _lines[i].Points, Colors[i % Colors.Length]);
            int at = Top + 14 + (i * 20);
            svg.Append($"<rect x=\"{Width - Right + 12}\" y=\"{at - 9}\" width=\"14\" height=\"4\" fill=\"{Colors[i % Colors.Length]}\"/>\n");
            Text(svg, Width - Right + 32, at - 2, "start", _lines[i].Name);
        }
    }

    private static void DrawLine(StringBuilder svg, Axis x, Axis y, (double X, double Y)[] points, string color)
    {
        string path = string.Join(' ', points.Select(p => Format($"{AtX(x, p.X):F1},{AtY(y, p.Y):F1}")));
        svg.Append($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\n");
        foreach ((double px, double py) in points)
        {
            svg.Append(Format($"<circle cx=\"{AtX(x, px):F1}\" cy=\"{AtY(y, py):F1}\" r=\"3.5\" fill=\"{color}\"><title>{Number(px)}: {py:F0}</title></circle>\n"));
        }
    }

    private static double AtX(Axis axis, double value) => Left + (axis.Place(value) * (Width - Left - Right));

    private static double AtY(Axis axis, double value) => Height - Bottom - (axis.Place(value) * (Height - Top - Bottom));

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append(Format($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"#dddddd\"/>\n"));

    private static void Text(StringBuilder svg, double x, double y, string anchor, string text, int size = 12) =>
        svg.Append(Format($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"#222222\">{text}</text>\n"));

    private static string Number(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>From one power of ten, or two or five of them, to another.</summary>
    private sealed record Axis(double Low, double High)
    {
        private static readonly double[] Steps = [1, 2, 5];

        internal IEnumerable<double> Ticks => AllTicks().SkipWhile(tick => tick < Low * 0.999).TakeWhile(tick => tick <= High * 1.001);

        /// <summary>Over more than three powers of ten only these have their numbers beside them.</summary>
        internal bool HasRoomFor(double tick) => High / Low <= 1000 || Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 0.001;

        internal static Axis Over(IEnumerable<double> values)
        {
            List<double> all = [.. values];
            double low = AllTicks().Last(tick => tick <= all.Min()), high = AllTicks().First(tick => tick >= all.Max());
            return new(low, high > low ? high : low * 10);
        }

        /// <summary>0 at the low end, 1 at the high end.</summary>
        internal double Place(double value) => Math.Log(value / Low) / Math.Log(High / Low);

        private static IEnumerable<double> AllTicks() =>
            Enumerable.Range(-3, 13).SelectMany(power => Steps.Select(step => step * Math.Pow(10, power)));
    }
}
