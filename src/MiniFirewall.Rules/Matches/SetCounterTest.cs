using MiniFirewall.Rules.Language;

namespace MiniFirewall.Rules.Matches;

/// <summary>How a counter of a set's element is compared.</summary>
public enum CounterComparison
{
    Equal,
    NotEqual,
    Less,
    Greater,
}

/// <summary>A counter of the element that was found, compared with a number (xt_set.h, ip_set_counter_match).</summary>
public sealed record SetCounterTest(CounterComparison Comparison, ulong Value)
{
    /// <summary>Appends "[!] PREFIX-eq N" and its like.</summary>
    internal void Write(RuleTextWriter writer, string prefix)
    {
        string suffix = Comparison switch
        {
            CounterComparison.Less => "-lt",
            CounterComparison.Greater => "-gt",
            _ => "-eq",
        };
        writer.Not(Comparison == CounterComparison.NotEqual).Word(prefix + suffix).Word($"{Value}");
    }
}
