namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>A heading of options.txt with the options below it.</summary>
/// <param name="Kind">match, target, or rule: the words that need no <c>-m</c>.</param>
/// <param name="Before">Words before <c>-m</c> or <c>-j</c>.</param>
/// <param name="Own">Options that always stand there.</param>
/// <param name="IsCareless">iptables passes over what follows its numbers and words.</param>
internal sealed record OptionExtension(
    string Kind, string Name, string[] Programs, string[] Before, string[] Own, bool IsForeign, bool IsLoose, bool IsCareless, List<OptionExtension.Option> Options)
{
    /// <summary>An empty value, which iptables may take by mistake.</summary>
    internal const string Nothing = "~";

    /// <summary>Options whose value is two words.</summary>
    private static readonly string[] Pairs = ["--tcp-flags", "--chunk-types", "--match-set", "--add-set", "--del-set", "--map-set", "--next"];

    /// <param name="Name">The option; with "~" where iptables takes it by mistake.</param>
    /// <param name="Values">The first of them is right; none where it takes none.</param>
    internal sealed record Option(string Name, string[] Values)
    {
        internal string[] Good => Use(Values.Length == 0 ? null : Values[0]);

        internal string[] Use(string? value) =>
            value is null ? [Name] : Pairs.Contains(Name) ? [Name, .. value.Split(' ')] : [Name, value];
    }

    internal static IEnumerable<OptionExtension> Read(IEnumerable<string> lines)
    {
        OptionExtension? extension = null;
        foreach (string line in lines.Where(line => line is not ("" or ['#', ..])))
        {
            if (line.Split(' ') is ["match" or "target" or "rule", ..] heading)
            {
                if (extension is not null)
                {
                    yield return extension;
                }

                extension = Parse(heading);
                continue;
            }

            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            extension!.Options.Add(blank < 0
                ? new(line, [])
                : new(line[..blank], [.. line[(blank + 1)..].Split(" | ").Select(value => value.Replace("<empty>", "", StringComparison.Ordinal))]));
        }

        yield return extension!;
    }

    internal string[] With(IEnumerable<string> middle) => [.. Before, .. Head, .. middle, .. Tail];

    /// <summary>What the kernel is to do stands first, and what the protocol is last.</summary>
    internal string[] Reordered(IEnumerable<string> middle) => [.. Tail, .. Head, .. middle, .. Before];

    internal IEnumerable<OptionLines.Line> Lines(string chain, string[] words)
    {
        bool mayDiffer = IsLoose || words.Any(word => word.StartsWith('~'));
        string[] plain = [.. words.Select(word => word.TrimStart('~'))];
        return Programs.Select(program => new OptionLines.Line(program, chain, $"{Kind} {Name}", plain, mayDiffer, IsForeign));
    }

    internal string[] Head => Kind switch
    {
        "match" => ["-m", Name, .. Own],
        "target" => ["-j", Name, .. Own],
        _ => Own,
    };

    private string[] Tail => Kind == "target" ? [] : ["-j", "ACCEPT"];

    /// <summary>KIND NAME [4|6] [foreign|loose|careless] [-p PROTOCOL] [--syn] [options that always stand there].</summary>
    private static OptionExtension Parse(string[] heading)
    {
        List<string> rest = [.. heading[2..]];
        string[] programs = rest is ["4", ..] ? ["iptables"] : rest is ["6", ..] ? ["ip6tables"] : ["iptables", "ip6tables"];
        rest.RemoveRange(0, programs.Length == 1 ? 1 : 0);
        bool isForeign = rest.Remove("foreign"), isLoose = rest.Remove("loose"), isCareless = rest.Remove("careless");
        int before = rest is ["-p", _, "--syn", ..] ? 3 : rest is ["-p", ..] ? 2 : 0;
        return new(heading[0], heading[1], programs, [.. rest[..before]], [.. rest[before..]], isForeign, isLoose, isCareless, []);
    }
}
