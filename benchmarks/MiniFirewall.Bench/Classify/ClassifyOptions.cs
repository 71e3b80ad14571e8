namespace MiniFirewall.Bench.Classify;

/// <summary>What `./bench classify` is asked for.</summary>
internal sealed record ClassifyOptions
{
    internal const string Usage = """
        usage: ./bench classify [options]
          --packets --process --traffic  these parts only (default: all)
          --data DIRECTORY      ClassBench files FAMILY_SIZE.rules[.gz] and .trace[.gz] (default: $MINIFW_CLASSBENCH or ../shared/data/classbench)
          --families LIST       such as acl1,fw1 (default: all that the directory has)
          --sizes LIST          of 10,100,1k,10k,100k
          --variants LIST       parts of variants' names, such as "IPv4 plain,chains"
          --rounds N            default 9
          --headers N           at most so many of a trace (default: all)
          --write               put the tables into docs/performance.md, and CSV and plot beside it
        """;

    private static readonly string[] AllParts = ["packets", "process", "traffic"];

    internal IReadOnlyList<string> Parts { get; private init; } = AllParts;

    internal string Data { get; private init; } = Environment.GetEnvironmentVariable("MINIFW_CLASSBENCH") ?? "../shared/data/classbench";

    internal IReadOnlyList<string> Families { get; private init; } = [];

    internal IReadOnlyList<string> Sizes { get; private init; } = ["10", "100", "1k", "10k", "100k"];

    internal IReadOnlyList<string> Variants { get; private init; } = [];

    internal int Rounds { get; private init; } = 9;

    internal int Headers { get; private init; } = int.MaxValue;

    internal bool Write { get; private init; }

    internal bool HasVariant(string variant) => Variants.Count == 0 || Variants.Any(part => variant.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Null where an argument is none of ours.</summary>
    internal static ClassifyOptions? TryParse(ReadOnlySpan<string> arguments)
    {
        var options = new ClassifyOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            if (options.TryFlag(name) is { } flagged)
            {
                options = flagged;
            }
            else if (value is not null && options.TryValue(name, value) is { } given)
            {
                options = given;
                i++;
            }
            else
            {
                return null;
            }
        }

        return options;
    }

    private ClassifyOptions? TryFlag(string name) => name switch
    {
        "--write" => this with { Write = true },
        _ when name.StartsWith("--", StringComparison.Ordinal) && AllParts.Contains(name[2..]) =>
            this with { Parts = ReferenceEquals(Parts, AllParts) ? [name[2..]] : [.. Parts, name[2..]] },
        _ => null,
    };

    private ClassifyOptions? TryValue(string name, string value) => name switch
    {
        "--data" => this with { Data = value },
        "--families" => this with { Families = value.Split(',') },
        "--sizes" => this with { Sizes = value.Split(',') },
        "--variants" => this with { Variants = value.Split(',') },
        "--rounds" when int.TryParse(value, out int rounds) && rounds > 0 => this with { Rounds = rounds },
        "--headers" when int.TryParse(value, out int headers) && headers > 0 => this with { Headers = headers },
        _ => null,
    };
}
