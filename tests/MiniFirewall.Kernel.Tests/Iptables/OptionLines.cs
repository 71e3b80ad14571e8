using System.Text.RegularExpressions;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// Command lines made from options.txt: each option of each match and target in every way it can be written (<see cref="OptionMiddles"/>),
/// in several chains, in other orders, and beside other matches.
/// </summary>
internal static class OptionLines
{
    /// <summary>Rules with several matches, for each extension there is.</summary>
    private const int Companies = 30;

    /// <param name="Program">iptables or ip6tables.</param>
    /// <param name="Extension">The match or target that the line is about.</param>
    /// <param name="MayDiffer">It has a value that iptables takes by mistake, or says something else of each time.</param>
    /// <param name="IsForeign">It is of another table, and need only be refused.</param>
    internal sealed record Line(string Program, string Chain, string Extension, string[] Words, bool MayDiffer, bool IsForeign)
    {
        public override string ToString() => $"{Program} -A {Chain} {string.Join(' ', Words.Select(word => word.Contains(' ', StringComparison.Ordinal) || word.Length == 0 ? $"'{word}'" : word))}";
    }

    internal static IEnumerable<Line> Read(string file, Random random)
    {
        const string differs = "differs ";
        ILookup<bool, string> texts = File.ReadLines(file).ToLookup(line => line.StartsWith(differs, StringComparison.Ordinal));
        Regex[] different = [.. texts[true].Select(line => new Regex(line[differs.Length..]))];
        OptionExtension[] extensions = [.. OptionExtension.Read(texts[false])];
        return extensions.SelectMany(extension => LinesOf(extension, random)).Concat(OptionCompany.Lines(extensions, Companies, random))
            .Select(line => line.MayDiffer || !Array.Exists(different, one => one.IsMatch(line.ToString())) ? line : line with { MayDiffer = true });
    }

    private static IEnumerable<Line> LinesOf(OptionExtension extension, Random random)
    {
        string chain = extension.Name == "owner" ? "OUTPUT" : "INPUT";
        foreach (string[] middle in OptionMiddles.Of(extension, random))
        {
            foreach (Line line in extension.Lines(chain, extension.With(middle)))
            {
                yield return line;
            }
        }

        foreach (OptionExtension.Option option in extension.Options)
        {
            foreach (string other in new[] { "INPUT", "FORWARD", "OUTPUT" }.Where(other => other != chain))
            {
                foreach (Line line in extension.Lines(other, extension.With(option.Good)).Concat(extension.Lines(chain, extension.Reordered(option.Good))))
                {
                    yield return line;
                }
            }
        }
    }
}
