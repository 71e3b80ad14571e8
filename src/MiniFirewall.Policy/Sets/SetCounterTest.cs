namespace MiniFirewall.Policy.Sets;

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
    public bool Holds(ulong counter) => Comparison switch
    {
        CounterComparison.Equal => counter == Value,
        CounterComparison.NotEqual => counter != Value,
        CounterComparison.Less => counter < Value,
        _ => counter > Value,
    };
}
