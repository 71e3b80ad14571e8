using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The places of the rate estimators that questions name.</summary>
internal sealed class EstimatorPlacement
{
    private readonly ImmutableDictionary<string, int> _slots;

    private EstimatorPlacement(ImmutableDictionary<string, int> slots, ImmutableArray<MapImage> missing) => (_slots, Missing) = (slots, missing);

    /// <summary>The map of the estimators, where they are not there yet.</summary>
    internal ImmutableArray<MapImage> Missing { get; }

    /// <exception cref="CompileException">More estimators than there is room for.</exception>
    internal static EstimatorPlacement Of(ImmutableArray<AskedQuestion> asked, CompileOptions options)
    {
        if (!options.Estimators.IsEmpty)
        {
            return new(options.Estimators, []);
        }

        string[] names = [.. asked.SelectMany(one => NamesIn(one.Question)).Distinct()];
        EstimatorLayout.Require(names.Length);
        ILookup<string, EstimatorSettings> settings = asked.Select(one => one.Question).OfType<RateCounted>().ToLookup(question => question.Estimator, question => question.Settings);
        return new(
            names.Select((name, slot) => KeyValuePair.Create(name, slot)).ToImmutableDictionary(),
            names.Length == 0 ? [] : [EstimatorLayout.Begin(names.Select(name => settings[name].FirstOrDefault(EstimatorSettings.Shortest)), options.Hertz)]);
    }

    internal Question Place(RateCounted question) => question with { Slot = _slots[question.Estimator] };

    internal Question Place(RateCompared question) => question with
    {
        FirstSlot = _slots[question.First],
        SecondSlot = question.IsRelative ? _slots[question.Second] : 0,
    };

    private static IEnumerable<string> NamesIn(Question question) => question switch
    {
        RateCounted counted => [counted.Estimator],
        RateCompared compared => compared.IsRelative ? [compared.First, compared.Second] : [compared.First],
        _ => [],
    };
}
