using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>How a TTL or hop limit is compared (IPT_TTL_EQ and so on).</summary>
public enum HopOperator
{
    Equal,
    NotEqual,
    Less,
    Greater,
}

/// <summary>A comparison of a packet's TTL or hop limit with a number (net/netfilter/xt_hl.c).</summary>
public readonly record struct HopComparison(HopOperator Operator, byte Value)
{
    internal void Print(RuleTextWriter writer, string name)
    {
        string suffix = Operator switch { HopOperator.Less => "lt", HopOperator.Greater => "gt", _ => "eq" };
        writer.Word("-m").Word(name).Not(Operator == HopOperator.NotEqual).Word($"--{name}-{suffix}").Word($"{Value}");
    }

    internal void List(RuleTextWriter writer, string name)
    {
        string comparison = Operator switch { HopOperator.Equal => "==", HopOperator.NotEqual => "!=", HopOperator.Less => "<", _ => ">" };
        writer.Word(name).Word("match").Word(name).Word(comparison).Word($"{Value}");
    }

    internal MatchResult Evaluate(byte hops)
    {
        bool matches = Operator switch
        {
            HopOperator.Equal => hops == Value,
            HopOperator.NotEqual => hops != Value,
            HopOperator.Less => hops < Value,
            _ => hops > Value,
        };
        return matches ? MatchResult.Match : MatchResult.Miss;
    }

    internal void Lower(ImmutableArray<Step>.Builder steps) => steps.Add(new Require(Operator switch
    {
        HopOperator.Equal or HopOperator.NotEqual => FieldTest.Equal(Field.HopLimit, Value, Operator == HopOperator.NotEqual),
        HopOperator.Less => new RangeTest(Field.HopLimit, Value == 0 ? [] : [new ValueRange(0, (UInt128)(Value - 1))]),
        _ => new RangeTest(Field.HopLimit, Value == 255 ? [] : [new ValueRange((UInt128)(Value + 1), 255)]),
    }));
}
