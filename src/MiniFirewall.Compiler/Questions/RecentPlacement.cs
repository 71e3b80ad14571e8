using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The lists that questions about recent addresses name, and how many times each list keeps of an address.</summary>
internal sealed class RecentPlacement
{
    /// <summary>A program may name 64 maps (MAX_USED_MAPS), and it names others.</summary>
    internal const int MostLists = 48;

    private readonly ImmutableDictionary<string, int> _stamps;
    private readonly int _hertz;

    private RecentPlacement(ImmutableDictionary<string, int> stamps, int hertz, ImmutableArray<MapImage> missing) =>
        (_stamps, _hertz, Missing) = (stamps, hertz, missing);

    /// <summary>Empty lists for those that are not there yet.</summary>
    internal ImmutableArray<MapImage> Missing { get; }

    /// <exception cref="CompileException">More lists than a program can name.</exception>
    internal static RecentPlacement Of(ImmutableArray<AskedQuestion> asked, CompileOptions options)
    {
        IGrouping<string, RecentAddress>[] lists = [.. asked.Select(one => one.Question).OfType<RecentAddress>().GroupBy(question => question.List)];
        RequireMaps(lists);
        IGrouping<string, RecentAddress>[] missing = [.. lists.Where(list => !options.RecentLists.ContainsKey(list.Key))];
        return new(
            options.RecentLists.AddRange(missing.Select(list => KeyValuePair.Create(list.Key, StampsOf(list)))),
            options.Hertz,
            [.. missing.Select(list => RecentLayout.Empty(list.Key, StampsOf(list), list.First().Mask))]);
    }

    internal RecentAddress Place(RecentAddress question) => question with { Stamps = _stamps[question.List], Hertz = _hertz };

    private static int StampsOf(IEnumerable<RecentAddress> questions) => questions.Max(question => question.StampsNeeded);

    private static void RequireMaps(IGrouping<string, RecentAddress>[] lists)
    {
        if (lists.Length > MostLists)
        {
            throw new CompileException($"more than {MostLists} lists of recent addresses in one rule set", Origin.None);
        }

        if (lists.Select(list => RecentLayout.MapOf(list.Key)).Distinct().Count() < lists.Length)
        {
            throw new CompileException("two lists of recent addresses go by one name: rename one of them", Origin.None);
        }
    }
}
