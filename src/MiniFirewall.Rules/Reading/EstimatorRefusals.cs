using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// Finds comparisons of rate estimators that are not there, and estimators that are to measure in two ways (xt_rateest.c,
/// xt_rateest_mt_checkentry; xt_RATEEST.c, xt_rateest_tg_checkentry).
/// </summary>
internal sealed class EstimatorRefusals(RuleSetDraft draft, DiagnosticBag diagnostics)
{
    /// <summary>The estimators with their settings; null where only comparisons keep one alive.</summary>
    private readonly Dictionary<string, EstimatorSettings?> _known = [];

    /// <summary>Of a text that says all: what makes an estimator may stand behind what compares it.</summary>
    internal void ReportWhole()
    {
        foreach (ChainDraft chain in draft.Chains)
        {
            foreach (PlacedRule placed in chain.Rules)
            {
                CheckTarget(placed);
            }
        }

        foreach (ChainDraft chain in draft.Chains)
        {
            foreach (PlacedRule placed in chain.Rules)
            {
                CheckMatches(placed.Rule);
            }
        }
    }

    /// <summary>Of a change: the kernel looks at rule after rule, chain after chain, while the rules before are still there.</summary>
    /// <param name="family">Whose table changes.</param>
    internal void ReportChange(RuleSet before, FamilySet family)
    {
        foreach (Rule rule in before.Chains.SelectMany(chain => chain.Rules))
        {
            Learn(rule);
        }

        foreach ((string name, EstimatorSettings settings) in before.Estimators)
        {
            _known[name] = settings;
        }

        foreach (PlacedRule placed in InOrder().SelectMany(chain => chain.Rules).Where(placed => (placed.Rule.Families & family) != FamilySet.None))
        {
            CheckMatches(placed.Rule);
            CheckTarget(placed);
        }
    }

    private IEnumerable<ChainDraft> InOrder() =>
        draft.Chains.Where(chain => chain.IsBuiltIn).Concat(draft.Chains.Where(chain => !chain.IsBuiltIn).OrderBy(chain => chain.Name, StringComparer.Ordinal));

    private void Learn(Rule rule)
    {
        foreach (string name in RateestMatch.EstimatorsIn(rule))
        {
            _known.TryAdd(name, null);
        }

        if (rule.Target is RateestTarget target)
        {
            _known[target.Estimator] = target.Settings;
        }
    }

    private void CheckMatches(Rule rule)
    {
        foreach (string name in RateestMatch.EstimatorsIn(rule))
        {
            if (_known.ContainsKey(name))
            {
                continue;
            }

            diagnostics.Report(
                ErrorCodes.NoSuchEstimator, rule.Span, $"there is no rate estimator {Show.Word(name)}",
                Nearest.HintOr(name, _known.Keys, $"make it first, by a rule with -j RATEEST --rateest-name {Show.Plain(name)}"), Convention.Of(ErrorCodes.NoSuchEstimator, name));
        }
    }

    private void CheckTarget(PlacedRule placed)
    {
        if (placed.Rule.Target is not RateestTarget target)
        {
            return;
        }

        if (_known.GetValueOrDefault(target.Estimator) is { } settings && settings != target.Settings)
        {
            diagnostics.Report(
                ErrorCodes.EstimatorDiffers, placed.TargetPlace, $"the rate estimator {Show.Word(target.Estimator)} is there with another interval or average",
                "give it the same ones, or another name");
            return;
        }

        _known[target.Estimator] = target.Settings;
    }
}
