namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// Command lines made from options.txt: each option of each match and target with each of its values, negated, twice, without its
/// argument, glued, shortened, with a word too many, and several of them together.
/// </summary>
internal static class OptionLines
{
    /// <summary>Options whose value is two words.</summary>
    private static readonly string[] Pairs = ["--tcp-flags", "--chunk-types", "--match-set", "--add-set", "--del-set", "--map-set", "--next"];

    private const int Combinations = 3;

    /// <param name="Program">iptables or ip6tables.</param>
    /// <param name="MayDiffer">It has a value that iptables takes by mistake, or says something else of each time.</param>
    /// <param name="IsForeign">It is of another table, and need only be refused.</param>
    internal sealed record Line(string Program, string Chain, string[] Words, bool MayDiffer, bool IsForeign)
    {
        public override string ToString() => $"{Program} -A {Chain} {string.Join(' ', Words.Select(word => word.Contains(' ', StringComparison.Ordinal) || word.Length == 0 ? $"'{word}'" : word))}";
    }

    internal static IEnumerable<Line> Read(string file, Random random)
    {
        Extension? extension = null;
        List<(string Option, string[] Values)> options = [];
        foreach (string line in File.ReadLines(file).Where(line => line is not ("" or ['#', ..])).Append("match"))
        {
            if (line.Split(' ') is not ["match" or "target", ..] heading)
            {
                int blank = line.IndexOf(' ', StringComparison.Ordinal);
                options.Add(blank < 0 ? (line, []) : (line[..blank], [.. line[(blank + 1)..].Split(" | ").Select(value => value.Replace("<empty>", "", StringComparison.Ordinal))]));
                continue;
            }

            foreach (Line made in extension is null ? [] : LinesOf(extension, options, random))
            {
                yield return made;
            }

            extension = heading.Length > 1 ? Extension.Parse(heading) : null;
            options = [];
        }
    }

    private sealed record Extension(string Kind, string Name, string[] Programs, string[] Before, string[] Own, bool IsForeign, bool IsLoose)
    {
        private string[] Head => [.. Before, Kind == "match" ? "-m" : "-j", Name, .. Own];

        private string[] Tail => Kind == "match" ? ["-j", "ACCEPT"] : [];

        internal string[] With(IEnumerable<string> middle) => [.. Head, .. middle, .. Tail];

        /// <summary>KIND NAME [4|6] [foreign|loose] [-p PROTOCOL] [--syn] [options that always stand there].</summary>
        internal static Extension Parse(string[] heading)
        {
            List<string> rest = [.. heading[2..]];
            string[] programs = rest is ["4", ..] ? ["iptables"] : rest is ["6", ..] ? ["ip6tables"] : ["iptables", "ip6tables"];
            rest.RemoveRange(0, programs.Length == 1 ? 1 : 0);
            bool isForeign = rest.Remove("foreign"), isLoose = rest.Remove("loose");
            int before = rest is ["-p", _, "--syn", ..] ? 3 : rest is ["-p", ..] ? 2 : 0;
            return new(heading[0], heading[1], programs, [.. rest[..before]], [.. rest[before..]], isForeign, isLoose);
        }
    }

    private static IEnumerable<Line> LinesOf(Extension extension, List<(string Option, string[] Values)> options, Random random)
    {
        string chain = extension.Name == "owner" ? "OUTPUT" : "INPUT";
        foreach (string[] middle in MiddlesOf(options, random))
        {
            bool mayDiffer = extension.IsLoose || middle.Any(word => word.StartsWith('~'));
            string[] words = extension.With(middle.Select(word => word.TrimStart('~')));
            foreach (string program in extension.Programs)
            {
                yield return new(program, chain, words, mayDiffer, extension.IsForeign);
            }
        }
    }

    private static IEnumerable<string[]> MiddlesOf(List<(string Option, string[] Values)> options, Random random)
    {
        yield return [];
        foreach ((string option, string[] values) in options)
        {
            foreach (string value in values)
            {
                yield return Use(option, value);
            }

            string[] good = Use(option, values.Length == 0 ? null : values[0]);
            yield return ["!", .. good];
            yield return [option];
            yield return [.. good, .. good];
            yield return [.. good, "extra"];
            yield return [.. good, "-p", "all"];
            yield return [option[..^1], .. good[1..]];
            if (good.Length < 3)
            {
                yield return [$"{good[0]}={(good.Length == 2 ? good[1].TrimStart('~') : "x")}"];
            }
        }

        for (int i = 0; i < Combinations * options.Count && options.Count > 1; i++)
        {
            yield return Together(options, random);
        }
    }

    private static string[] Together(List<(string Option, string[] Values)> options, Random random)
    {
        List<string> words = [];
        (string, string[])[] shuffled = [.. options];
        random.Shuffle(shuffled);
        foreach ((string option, string[] values) in shuffled.Take(random.Next(2, Math.Min(5, options.Count + 1))))
        {
            string? value = values.Length == 0 ? null : random.Next(5) < 3 ? values[0] : values[random.Next(values.Length)];
            words.AddRange([.. random.Next(7) == 0 ? ["!"] : Array.Empty<string>(), .. Use(option, value)]);
        }

        return [.. words];
    }

    private static string[] Use(string option, string? value) => value is null ? [option] : Pairs.Contains(option) ? [option, .. value.Split(' ')] : [option, value];
}
