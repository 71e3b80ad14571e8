using MiniFirewall.Packets;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Testing.Oracle;

/// <summary>What a rule surely asks of each column: (value &amp; mask) == wanted, and low to low + width. What is negated or not a single mask or range is left open.</summary>
internal sealed class RuleBounds
{
    /// <summary>In a rule, every type with every code, whatever code it names (xt_tcpudp.c icmp_type_code_match).</summary>
    private const byte EveryIcmpType = 255;

    internal uint[] Masks { get; } = new uint[(int)Column.Count];

    internal uint[] Values { get; } = new uint[(int)Column.Count];

    internal uint[] Lows { get; } = new uint[(int)Column.Count];

    internal uint[] Widths { get; } = [.. Enumerable.Repeat(uint.MaxValue, (int)Column.Count)];

    internal static RuleBounds Of(Rule rule, Family family)
    {
        var bounds = new RuleBounds();
        bounds.Read(rule.Source, Column.Source, family);
        bounds.Read(rule.Destination, Column.Destination, family);
        bounds.Read(rule.InInterface, Column.In);
        bounds.Read(rule.OutInterface, Column.Out);
        if (rule.Protocol is { Negated: false } protocol)
        {
            bounds.Mask(Column.Protocol, byte.MaxValue, protocol.Number);
        }

        foreach (Match match in rule.Matches)
        {
            bounds.Read(match);
        }

        return bounds;
    }

    private void Read(AddressSpec? spec, Column first, Family family)
    {
        (UInt128 mask, UInt128 address) = spec switch
        {
            MaskedAddress { Negated: false } masked => (masked.Mask, masked.Address),
            HostName { Negated: false } host when Addresses(host, family) is [var only] => (family == Family.IPv4 ? uint.MaxValue : UInt128.MaxValue, only),
            _ => (UInt128.Zero, UInt128.Zero),
        };
        for (int i = 0; i < 4; i++)
        {
            Mask(first + i, (uint)(mask >> (96 - (32 * i))), (uint)(address >> (96 - (32 * i))));
        }
    }

    private static UInt128[] Addresses(HostName host, Family family) => [.. family == Family.IPv4 ? host.V4 : host.V6];

    private void Read(InterfaceSpec? spec, Column column)
    {
        if (spec is { IsPrefix: false, Negated: false })
        {
            Mask(column, uint.MaxValue, PacketFacts.NameNumber(spec.Name));
        }
    }

    private void Read(Match match)
    {
        if (match is TcpMatch or UdpMatch or MultiportMatch or IcmpMatch or Icmp6Match)
        {
            Mask(Column.Whole, 1, 1);
        }

        switch (match)
        {
            case TcpMatch tcp:
                Range(Column.SourcePort, tcp.SourcePorts, tcp.NotSource);
                Range(Column.DestinationPort, tcp.DestinationPorts, tcp.NotDestination);
                Mask(Column.TcpFlags, tcp.NotFlags ? 0u : tcp.FlagMask, tcp.NotFlags ? 0u : tcp.FlagValue);
                break;
            case UdpMatch udp:
                Range(Column.SourcePort, udp.SourcePorts, udp.NotSource);
                Range(Column.DestinationPort, udp.DestinationPorts, udp.NotDestination);
                break;
            case IcmpMatch { Negated: false, Type: { Type: not EveryIcmpType, LowCode: var low, HighCode: var high } type } when low == high:
                Mask(Column.Icmp, ushort.MaxValue, ((uint)type.Type << 8) | low);
                break;
            case IprangeMatch range:
                Range(Column.SourceAgain, range.Source);
                Range(Column.DestinationAgain, range.Destination);
                break;
            case LengthMatch length:
                Range(Column.Length, length.Range, length.Negated);
                break;
            case MarkMatch { Negated: false } mark:
                Mask(Column.Mark, mark.Mask, mark.Value);
                break;
            case TtlMatch { Comparison.Operator: HopOperator.Equal } ttl:
                Mask(Column.HopLimit, byte.MaxValue, ttl.Comparison.Value);
                break;
        }
    }

    private void Mask(Column column, uint mask, uint value) => (Masks[(int)column], Values[(int)column]) = (mask, value);

    private void Range(Column column, AddressRange? range)
    {
        if (range is { Negated: false, Family: Family.IPv4 })
        {
            (Lows[(int)column], Widths[(int)column]) = ((uint)range.Low, (uint)(range.High - range.Low));
        }
    }

    private void Range(Column column, NumberRange range, bool negated)
    {
        if (!negated)
        {
            (Lows[(int)column], Widths[(int)column]) = (range.Low, (uint)(range.High - range.Low));
        }
    }
}
