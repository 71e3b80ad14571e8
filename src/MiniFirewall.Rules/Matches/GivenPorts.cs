using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>Ports that may have been given or not: sctp and dccp print every range that was, all ports too.</summary>
internal static class GivenPorts
{
    internal static void Print(RuleTextWriter writer, string option, NumberRange? ports, bool negated)
    {
        if (ports is { } range)
        {
            writer.Not(negated).Word(option).Word(range);
        }
    }

    internal static void List(RuleTextWriter writer, string name, NumberRange? ports, bool negated, PortListing listing)
    {
        if (ports is { } range)
        {
            listing.List(writer, name, range, negated);
        }
    }

    internal static bool Contain(NumberRange? ports, ushort port, bool negated) => ports is not { } range || range.Contains(port) != negated;

    internal static void Lower(ImmutableArray<Step>.Builder steps, Field field, NumberRange? ports, bool negated) =>
        TransportChecks.LowerRange(steps, field, ports ?? NumberRange.All, negated);
}
