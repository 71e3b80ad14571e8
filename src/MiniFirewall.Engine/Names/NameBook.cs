using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Engine.Names;

/// <summary>
/// What is known of live host names, as text: a line a name, and one an address, parts between tabs. Immutable. The kernel has the addresses
/// that packets meet; this has when they end and when to ask again.
/// </summary>
internal sealed class NameBook
{
    private const string NameWord = "name", AddressWord = "address";

    private readonly ImmutableSortedDictionary<string, KnownName> _names;

    private NameBook(ImmutableSortedDictionary<string, KnownName> names) => _names = names;

    internal static NameBook Empty { get; } = new(ImmutableSortedDictionary.Create<string, KnownName>(StringComparer.Ordinal));

    internal IEnumerable<KnownName> Names => _names.Values;

    internal KnownName? Find(string name) => _names.GetValueOrDefault(name);

    internal NameBook With(KnownName name) => new(_names.SetItem(name.Name, name));

    /// <summary>Only these names, those that were not there with nothing known of them.</summary>
    internal NameBook Only(IEnumerable<string> names) =>
        new(names.Distinct().ToImmutableSortedDictionary(name => name, name => Find(name) ?? new KnownName(name, []), StringComparer.Ordinal));

    /// <summary>Reads what <see cref="ToString"/> writes; a line that makes no sense is passed over.</summary>
    internal static NameBook Parse(string text)
    {
        NameBook book = Empty;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split('\t');
            if (words is [NameWord, var name, var asked, var answered, var next, var failures, var origin, var error])
            {
                book = book.With(new(name, [], Number(asked), Number(answered), Number(next), (int)Number(failures), error, origin));
            }
            else if (words is [AddressWord, var owner, var address, var until] && book.Find(owner) is { } known && AddressNotation.TryParse(address, out var family, out UInt128 value))
            {
                book = book.With(known with { Addresses = known.Addresses.Add(new(family, value, Number(until))) });
            }
        }

        return book;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (KnownName name in _names.Values)
        {
            text.AppendJoin('\t', NameWord, name.Name, name.Asked, name.Answered, name.Next, name.Failures, name.Origin, OneLine(name.Error)).Append('\n');
            foreach (KnownAddress address in name.Addresses)
            {
                text.AppendJoin('\t', AddressWord, name.Name, AddressNotation.Print(address.Family, address.Address), address.Until).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string OneLine(string text) => text.Replace('\t', ' ').Replace('\n', ' ');

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
