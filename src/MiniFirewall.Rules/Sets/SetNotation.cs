using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Sets;

/// <summary>Elements and sets as text that reads back.</summary>
public static class SetNotation
{
    /// <summary>The element as ipset writes it: whole addresses without a prefix length; without "nomatch".</summary>
    public static string Print(SetType type, in SetElement element)
    {
        var text = new StringBuilder();
        bool isFirst = true;
        foreach (SetPart part in type.Parts)
        {
            text.Append(text.Length > 0 ? "," : "");
            if (part is SetPart.Address or SetPart.Network)
            {
                Family family = element.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6;
                Append(text, family, isFirst ? element.First : element.Second, isFirst ? element.FirstPrefix : element.SecondPrefix);
                isFirst = false;
            }
            else
            {
                text.Append(part == SetPart.PlainPort ? element.Port.ToString() : PrintPort(element.Protocol, element.Port));
            }
        }

        return text.ToString();
    }

    /// <summary>The set as a line of a rule file, or many.</summary>
    public static void Print(StringBuilder text, NamedSet set)
    {
        text.Append("set ").Append(set.Name);
        if (set.Type != SetType.Networks)
        {
            text.Append(" type ").Append(set.Type.Name);
        }

        Append(text, set.Families);
        Append(text, set.Details);
        text.Append(" {\n");
        foreach (SetElement element in set.Elements.Sorted())
        {
            text.Append("  ").Append(Print(set.Type, element));
            Append(text, set.Details, element.NoMatch, set.Elements.StateOf(element));
            text.Append('\n');
        }

        text.Append("}\n");
    }

    /// <summary>What a set is, but for its name and elements.</summary>
    public static string Describe(NamedSet set)
    {
        var text = new StringBuilder($"type {set.Type.Name}");
        Append(text, set.Families);
        Append(text, set.Details);
        return text.ToString();
    }

    /// <summary>How an element of the type looks.</summary>
    internal static string Example(SetType type)
    {
        bool isFirst = true;
        return string.Join(',', type.Parts.Select(part =>
        {
            string example = part switch
            {
                SetPart.Address => isFirst ? "192.0.2.1" : "198.51.100.1",
                SetPart.Network => isFirst ? "192.0.2.0/24" : "198.51.100.0/24",
                SetPart.Port => "tcp:80",
                _ => "80",
            };
            isFirst = false;
            return example;
        }));
    }

    private static void Append(StringBuilder text, FamilySet families)
    {
        if (families != FamilySet.Both)
        {
            text.Append(" family ").Append(families == FamilySet.IPv4 ? "inet" : "inet6");
        }
    }

    private static void Append(StringBuilder text, SetDetails details)
    {
        if (details.Timeout is { } seconds)
        {
            text.Append(" timeout ").Append(seconds);
        }

        text.Append(details.Counts ? " counters" : "").Append(details.HasComments ? " comment" : "");
        if (details.Most != SetDetails.UsualMost)
        {
            text.Append(" maxelem ").Append(details.Most);
        }

        if (details.LowestPort != 0 || details.HighestPort != ushort.MaxValue)
        {
            text.Append(" range ").Append(details.LowestPort).Append('-').Append(details.HighestPort);
        }
    }

    /// <summary>What is said of an element, in ipset's order.</summary>
    private static void Append(StringBuilder text, SetDetails details, bool noMatch, SetElementState state)
    {
        if (state.Seconds is { } seconds)
        {
            text.Append(" timeout ").Append(seconds);
        }

        text.Append(noMatch ? " nomatch" : "");
        if (details.Counts)
        {
            text.Append(" packets ").Append(state.Packets).Append(" bytes ").Append(state.Bytes);
        }

        if (state.Comment.Length > 0)
        {
            text.Append(" comment \"").Append(state.Comment).Append('"');
        }
    }

    private static void Append(StringBuilder text, Family family, UInt128 address, byte prefix)
    {
        text.Append(AddressNotation.Print(family, address));
        if (prefix != (family == Family.IPv4 ? 32 : 128))
        {
            text.Append('/').Append(prefix);
        }
    }

    private static string PrintPort(byte protocol, ushort port) => protocol switch
    {
        IpProtocol.Icmp => $"icmp:{port >> 8}/{port & 255}",
        IpProtocol.Icmpv6 => $"icmpv6:{port >> 8}/{port & 255}",
        _ => $"{ProtocolNames.Print(protocol)}:{port}",
    };
}
