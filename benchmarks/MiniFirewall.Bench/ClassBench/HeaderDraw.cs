namespace MiniFirewall.Bench.ClassBench;

/// <summary>Headers made of rules at random, the same ones in every run.</summary>
internal sealed class HeaderDraw(FilterRule[] rules, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Headers inside rules, each rule as often as another.</summary>
    internal FilterHeader[] Inside(int count) => [.. Enumerable.Range(0, count).Select(_ => Inside(Any()))];

    /// <summary>Headers whose every field is of another rule, as nobody's but an attacker's are.</summary>
    internal FilterHeader[] Mixed(int count) => [.. Enumerable.Range(0, count).Select(_ => Mixed())];

    /// <summary>Headers near rules' addresses that most rules do not match.</summary>
    internal FilterHeader[] Beside(int count) => [.. Enumerable.Range(0, count).Select(_ => Beside(Any()))];

    /// <summary>The header with one of its fields of some rule.</summary>
    internal FilterHeader Changed(FilterHeader header)
    {
        FilterHeader other = Mixed();
        return _random.Next(5) switch
        {
            0 => header with { Source = other.Source },
            1 => header with { Destination = other.Destination },
            2 => header with { SourcePort = other.SourcePort },
            3 => header with { DestinationPort = other.DestinationPort },
            _ => header with { Protocol = other.Protocol },
        };
    }

    private FilterRule Any() => rules[_random.Next(rules.Length)];

    private FilterHeader Inside(FilterRule rule) => new(
        Inside(rule.Source), Inside(rule.Destination), Inside(rule.SourcePorts), Inside(rule.DestinationPorts), ProtocolOf(rule));

    private FilterHeader Mixed() => new(
        Inside(Any().Source), Inside(Any().Destination), Inside(Any().SourcePorts), Inside(Any().DestinationPorts), ProtocolOf(Any()));

    /// <summary>One address of the rule's, one that differs from it in its last sixteen bits, and ports of nobody's choice.</summary>
    private FilterHeader Beside(FilterRule rule)
    {
        uint other = (uint)_random.Next(1, 1 << 16);
        bool source = _random.Next(2) == 0;
        return new(
            Inside(rule.Source) ^ (source ? other : 0), Inside(rule.Destination) ^ (source ? 0 : other),
            (ushort)_random.Next(1024, 65536), (ushort)_random.Next(1024, 65536), _random.Next(2) == 0 ? (byte)6 : (byte)17);
    }

    private uint Inside(Prefix prefix) => prefix.Address | ((uint)_random.NextInt64(1L << 32) & ~prefix.Mask);

    private ushort Inside(PortRange range) => (ushort)_random.Next(range.Low, range.High + 1);

    private byte ProtocolOf(FilterRule rule) => rule.Protocol ?? (_random.Next(2) == 0 ? (byte)6 : (byte)17);
}
