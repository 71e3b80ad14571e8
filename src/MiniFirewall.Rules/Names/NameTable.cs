using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Names;

/// <summary>
/// Host names with fixed addresses. A rule set's own table, kept beside its text, makes the text read back to the same
/// rules whatever the names have become. Written as hosts(5): one address and one name a line. Immutable.
/// </summary>
public sealed class NameTable : INameResolver
{
    private readonly ImmutableSortedDictionary<string, NameAddresses> _names;

    private NameTable(ImmutableSortedDictionary<string, NameAddresses> names) => _names = names;

    public static NameTable Empty { get; } = new(ImmutableSortedDictionary.Create<string, NameAddresses>(StringComparer.Ordinal));

    public bool IsEmpty => _names.IsEmpty;

    /// <summary>The names of a rule set with the addresses they had when it was read.</summary>
    public static NameTable Of(RuleSet rules)
    {
        NameTable table = Empty;
        foreach (Rule rule in rules.Chains.SelectMany(chain => chain.Rules))
        {
            foreach (HostName name in new[] { rule.Source, rule.Destination }.OfType<HostName>())
            {
                table = new(table._names.SetItem(name.Name, new NameAddresses(name.V4, name.V6)));
            }
        }

        return table;
    }

    /// <summary>Reads what <see cref="ToString"/> writes, or a hosts file; a line that makes no sense is passed over.</summary>
    public static NameTable Parse(string text)
    {
        NameTable table = Empty;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            foreach (string name in words.Skip(1))
            {
                table = AddressNotation.TryParse(words[0], out Family family, out UInt128 address) ? table.With(name, family, address) : table;
            }
        }

        return table;
    }

    /// <summary>The table with one more address of a name.</summary>
    public NameTable With(string name, Family family, UInt128 address)
    {
        NameAddresses known = _names.GetValueOrDefault(name) ?? new NameAddresses([], []);
        return new(_names.SetItem(name, family == Family.IPv4
            ? known with { V4 = known.V4.Add(address) }
            : known with { V6 = known.V6.Add(address) }));
    }

    public NameAddresses? Resolve(string name) => _names.GetValueOrDefault(name);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string name, NameAddresses addresses) in _names)
        {
            WriteLines(text, name, Family.IPv4, addresses.V4);
            WriteLines(text, name, Family.IPv6, addresses.V6);
        }

        return text.ToString();
    }

    private static void WriteLines(StringBuilder text, string name, Family family, ImmutableArray<UInt128> addresses)
    {
        foreach (UInt128 address in addresses)
        {
            text.Append(AddressNotation.Print(family, address)).Append(' ').Append(name).Append('\n');
        }
    }
}
