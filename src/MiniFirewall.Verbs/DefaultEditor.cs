using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>What becomes of packets that no entry is about, and whether they are reported.</summary>
/// <param name="rules">The rule set before; it stays as it is.</param>
/// <param name="options">How rules are read.</param>
public sealed class DefaultEditor(RuleSet rules, ReadOptions options)
{
    private static readonly Direction[] Directions = [Direction.In, Direction.Out, Direction.Routed];

    private static readonly string ReportRule = $"{UnitBuilder.LogLimit} -j LOG --log-prefix \"[UFW BLOCK] \"";

    /// <summary>The default of a direction: allow, deny, reject; null where the families differ.</summary>
    public static VerbAction? Of(RuleSet rules, Direction direction)
    {
        ArgumentNullException.ThrowIfNull(rules);
        Chain chain = rules.Find(direction.Chain())!;
        return ChainTail.RejectsByDefault(chain) ? VerbAction.Reject
            : ChainTail.Closes(chain) ? VerbAction.Deny
            : chain is { PolicyV4.Verdict: Verdict.Accept, PolicyV6.Verdict: Verdict.Accept } ? VerbAction.Allow : null;
    }

    /// <summary>Whether what is denied by default is reported in some direction.</summary>
    public static bool IsLogging(RuleSet rules) => Array.Exists(Directions, direction => ChainTail.Reports(rules.Find(direction.Chain())!));

    /// <summary>
    /// Sets the default. Before a direction is closed, what it must let pass all the same is let pass: the rules of "minifw-before-...".
    /// </summary>
    /// <param name="action">Allow, deny or reject.</param>
    public VerbChange Set(VerbAction action, Direction direction)
    {
        if (Of(rules, direction) == action && (action == VerbAction.Allow || Ensured(direction)))
        {
            return new(rules, rules, $"nothing to do: the default for {direction.DefaultWord()} packets is {action.Word()} already");
        }

        bool closes = action != VerbAction.Allow, reports = IsLogging(rules);
        RuleSet changed = closes ? BeforeRules.Ensure(rules, direction, options) : rules;
        Chain chain = changed.Find(direction.Chain())!;
        ImmutableArray<Rule> body = chain.Rules[..^ChainTail.LengthOfOurs(chain)];
        IEnumerable<string> tail = closes ? Tail(reports, action == VerbAction.Reject) : [];
        ChainPolicy policy = new(closes ? Verdict.Drop : Verdict.Accept);
        changed = changed.With(chain.Name, chain with { PolicyV4 = policy, PolicyV6 = policy, Rules = body.AddRange(Read(chain.Name, tail)) });
        return new(rules, changed, $"the default for {direction.DefaultWord()} packets is {action.Word()} now");
    }

    /// <summary>Reports what is denied by default, at most three a minute after the first ten, or stops doing so.</summary>
    /// <exception cref="VerbException">Nothing is denied by default.</exception>
    public VerbChange Log(bool on)
    {
        Direction[] closed = [.. Directions.Where(direction => ChainTail.Closes(rules.Find(direction.Chain())!))];
        if (on && closed.Length == 0)
        {
            throw new VerbException("no default denies, so there would be nothing to log; minifw default deny incoming first, or watch with minifw drops", isState: true);
        }

        RuleSet changed = rules;
        foreach (Direction direction in on ? closed : Directions)
        {
            Chain chain = changed.Find(direction.Chain())!;
            if (ChainTail.Reports(chain) != on)
            {
                ImmutableArray<Rule> body = chain.Rules[..^ChainTail.LengthOfOurs(chain)];
                changed = changed.WithRules(chain, body.AddRange(Read(chain.Name, Tail(on, ChainTail.RejectsByDefault(chain)))));
            }
        }

        return new(rules, changed, ReferenceEquals(changed, rules) ? $"nothing to do: logging is {(on ? "on" : "off")} already" : $"logging is {(on ? "on (low)" : "off")} now");
    }

    private bool Ensured(Direction direction) => ReferenceEquals(BeforeRules.Ensure(rules, direction, options), rules);

    private static IEnumerable<string> Tail(bool reports, bool rejects) => [.. reports ? [ReportRule] : Array.Empty<string>(), .. rejects ? ["-j REJECT"] : Array.Empty<string>()];

    private IEnumerable<Rule> Read(string chain, IEnumerable<string> lines) => RuleText.Read(chain, lines, options).Select(rule => rule.Fresh());
}
