namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// Rules of several matches and a target: one behind the other, and with the options behind all of the matches, where iptables has to
/// find out whose they are.
/// </summary>
internal static class OptionCompany
{
    internal static IEnumerable<OptionLines.Line> Lines(OptionExtension[] extensions, int each, Random random)
    {
        OptionExtension[] matches = [.. extensions.Where(extension => extension.Kind == "match" && !extension.IsForeign && extension.Options.Count > 0)];
        OptionExtension[] targets = [.. extensions.Where(extension => extension.Kind == "target" && !extension.IsForeign)];
        for (int i = 0; i < each * matches.Length; i++)
        {
            OptionExtension first = matches[i % matches.Length];
            OptionExtension[] company = [first, .. Some(matches, random.Next(1, 3), random), .. Some(targets, random.Next(2), random)];
            foreach (OptionLines.Line line in Together(company, random))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<OptionExtension> Some(OptionExtension[] of, int count, Random random) => Enumerable.Range(0, count).Select(_ => of[random.Next(of.Length)]);

    private static IEnumerable<OptionLines.Line> Together(OptionExtension[] company, Random random)
    {
        List<string> words = [.. company.SelectMany(extension => extension.Before)], later = [];
        bool optionsBehind = random.Next(3) == 0;
        foreach (OptionExtension extension in company)
        {
            words.AddRange(extension.Head);
            (optionsBehind ? later : words).AddRange(OptionsOf(extension, random));
        }

        string[] all = [.. words, .. later, .. company[^1].Kind == "target" ? Array.Empty<string>() : ["-j", "ACCEPT"]];
        bool mayDiffer = company.Any(extension => extension.IsLoose) || all.Any(word => word.StartsWith('~'));
        return company.Select(extension => extension.Programs).Aggregate((one, other) => [.. one.Intersect(other)])
            .Select(program => new OptionLines.Line(program, "INPUT", "together", [.. all.Select(word => word.TrimStart('~'))], mayDiffer, IsForeign: false));
    }

    private static IEnumerable<string> OptionsOf(OptionExtension extension, Random random)
    {
        OptionExtension.Option[] shuffled = [.. extension.Options];
        random.Shuffle(shuffled);
        return shuffled.Take(random.Next(1, 3)).SelectMany(option => random.Next(8) == 0 ? ["!", .. option.Good] : option.Good);
    }
}
