using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Listing;

/// <summary>What iptables and ip6tables show of one rule: a row of -L, or the line that -v prints of a rule it changes (iptables.c, print_firewall).</summary>
public static class RuleColumns
{
    /// <summary>A row of -L, without its line end.</summary>
    /// <param name="number">The rule's number among those of the family.</param>
    public static string Row(Rule rule, Family family, ListColumns columns, long number, Counters counters)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(columns);
        var row = new StringBuilder();
        if (columns.HasLineNumbers)
        {
            row.Append($"{number,-4} ");
        }

        if (columns.IsVerbose)
        {
            row.Append(CounterText.InColumn(counters.Packets, columns.IsExact)).Append(CounterText.InColumn(counters.Bytes, columns.IsExact));
        }

        row.Append($"{rule.Target.Name,-9} ").Append(rule.Protocol is { Negated: true } ? '!' : ' ');
        row.Append($"{ProtocolOf(rule, columns.IsNumeric),-4} ").Append(Options(rule)).Append(' ');
        if (columns.IsVerbose)
        {
            row.Append($" {InterfaceOf(rule.InInterface, columns.IsNumeric),-6} {InterfaceOf(rule.OutInterface, columns.IsNumeric),-6} ");
        }

        row.Append(Sign(rule.Source)).Append($"{AddressOf(rule.Source, family, columns),-19} ");
        row.Append(Sign(rule.Destination)).Append($"{AddressOf(rule.Destination, family, columns),-19} ");
        return row.Append(Words(rule, family, columns)).ToString();
    }

    /// <summary>The line of a rule that a command with -v appends, inserts, deletes, replaces or looks for.</summary>
    public static string Line(Rule rule, Family family)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var numeric = new ListColumns { IsNumeric = true };
        string protocol = $"{(rule.Protocol is { Negated: true } ? '!' : ' ')}{ProtocolOf(rule, isNumeric: false)}";
        string source = $"{Sign(rule.Source)}{AddressOf(rule.Source, family, numeric)}";
        string destination = $"{Sign(rule.Destination)}-> {AddressOf(rule.Destination, family, numeric)}";
        string interfaces = $"in {InterfaceOf(rule.InInterface, isNumeric: true)} out {InterfaceOf(rule.OutInterface, isNumeric: true)}";
        return $"{rule.Target.Name} {protocol} opt {Options(rule)} {interfaces} {source} {destination}  {Words(rule, family, numeric)}";
    }

    /// <summary>What matches and target show; each begins with a blank.</summary>
    private static string Words(Rule rule, Family family, ListColumns columns)
    {
        var writer = new RuleTextWriter { Families = family.ToSet() };
        ListStyle style = columns.Style;
        foreach (Match match in rule.Matches)
        {
            match.List(writer, style);
        }

        rule.Target.List(writer, style);
        string way = rule.Target is JumpTarget { IsGoto: true } ? "[goto] " : "";
        return writer.Written.IsEmpty ? way : $"{way} {writer}";
    }

    private static string ProtocolOf(Rule rule, bool isNumeric)
    {
        byte number = rule.Protocol?.Number ?? 0;
        return isNumeric ? $"{number}" : ProtocolNames.Print(number);
    }

    private static string Options(Rule rule) => rule.Fragment switch { true => "-f", false => "!f", null => "--" };

    private static string InterfaceOf(InterfaceSpec? name, bool isNumeric) => name is null
        ? isNumeric ? "*" : "any"
        : $"{(name.Negated ? "!" : "")}{name.Name}{(name.IsPrefix ? "+" : "")}";

    private static char Sign(AddressSpec? address) => address is { Negated: true } ? '!' : ' ';

    private static string AddressOf(AddressSpec? address, Family family, ListColumns columns) => address switch
    {
        null when !columns.IsNumeric => "anywhere",
        MaskedAddress masked when !columns.IsNumeric && masked.Mask == UInt128.Zero => "anywhere",
        null => family == Family.IPv4 ? "0.0.0.0/0" : "::/0",
        MaskedAddress masked => columns.IsNumeric ? Numeric(masked) : Named(masked, columns.Addresses),
        HostName name when columns.IsNumeric => string.Join(',', (family == Family.IPv4 ? name.V4 : name.V6).Select(each => AddressNotation.Print(family, each))),
        HostName name => name.Name,
        _ => throw new NotSupportedException(address.GetType().Name),
    };

    private static string Numeric(MaskedAddress address)
    {
        string text = new RuleTextWriter().Word(address.Family, address.Address, address.Mask).ToString();
        string whole = address.Family == Family.IPv4 ? "/32" : "/128";
        return text.EndsWith(whole, StringComparison.Ordinal) ? text[..^whole.Length] : text;
    }

    private static string Named(MaskedAddress address, AddressNames names)
    {
        string numeric = Numeric(address);
        int slash = numeric.IndexOf('/', StringComparison.Ordinal);
        return names.NameOf(address.Family, address.Address) is { } name ? name + (slash < 0 ? "" : numeric[slash..]) : numeric;
    }
}
