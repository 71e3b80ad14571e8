using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Language;

/// <summary>Prints rules in iptables-save's canonical order and spelling (iptables xshared.c, save_rule_details).</summary>
public static class RulePrinter
{
    /// <summary>The rule without "-A CHAIN " and without its families; a host name stays a name.</summary>
    public static string Print(Rule rule)
    {
        var writer = new RuleTextWriter();
        Print(rule, writer);
        return writer.ToString();
    }

    /// <summary>As <see cref="Print(Rule)"/>, behind what <paramref name="writer"/> has already.</summary>
    /// <param name="counters">Written as -c PACKETS BYTES before the target, as iptables -S -v does; none where null.</param>
    public static void Print(Rule rule, RuleTextWriter writer, Counters? counters = null)
    {
        FamilySet asked = writer.Families;
        writer.Families &= rule.Families;
        PrintAddress(writer, "-s", rule.Source);
        PrintAddress(writer, "-d", rule.Destination);
        PrintInterface(writer, "-i", rule.InInterface);
        PrintInterface(writer, "-o", rule.OutInterface);
        if (rule.Protocol is { } protocol)
        {
            writer.Not(protocol.Negated).Word("-p").Word(ProtocolNames.Print(protocol.Number));
        }

        if (rule.Fragment is { } fragment)
        {
            writer.Not(!fragment).Word("-f");
        }

        foreach (Match match in rule.Matches)
        {
            match.Print(writer);
        }

        if (counters is { } counted)
        {
            writer.Word("-c").Word($"{counted.Packets}").Word($"{counted.Bytes}");
        }

        rule.Target.Print(writer);
        writer.Families = asked;
    }

    private static void PrintAddress(RuleTextWriter writer, string option, AddressSpec? address)
    {
        if (address is null)
        {
            return;
        }

        writer.Not(address.Negated).Word(option);
        _ = address switch
        {
            MaskedAddress masked => writer.Word(masked.Family, masked.Address, masked.Mask),
            HostName name => writer.Word(name.Name),
            _ => throw new NotSupportedException(address.GetType().Name),
        };
    }

    private static void PrintInterface(RuleTextWriter writer, string option, InterfaceSpec? name)
    {
        if (name is not null)
        {
            writer.Not(name.Negated).Word(option).Word(name.IsPrefix ? name.Name + "+" : name.Name);
        }
    }
}
