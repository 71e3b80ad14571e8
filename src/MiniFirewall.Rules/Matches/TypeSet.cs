using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>Types of addresses that a rule asks for.</summary>
/// <param name="Bits">The sum of 1 &lt;&lt; <see cref="AddressType"/>, as the kernel's XT_ADDRTYPE_*.</param>
public sealed record TypeSet(ushort Bits, bool Negated)
{
    /// <summary>By the type's number.</summary>
    private static readonly string[] Names =
        ["UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"];

    public bool Has(AddressType type) => (Bits >> (int)type & 1) != 0;

    /// <summary>The names in the order of their numbers.</summary>
    public override string ToString() => string.Join(',', Names.Where((_, number) => (Bits >> number & 1) != 0));

    /// <summary>A comma list of names or their beginnings, in any case of letters.</summary>
    internal static bool Read(Word word, ReadContext context, out TypeSet types)
    {
        int bits = 0;
        types = new TypeSet(0, false);
        foreach (Word item in word.Split(','))
        {
            int at = NameReaders.FindByBeginning(Names, name => name, item.Text);
            if (at < 0)
            {
                context.Diagnostics.Report(
                    ErrorCodes.UnknownFlag, item,
                    at == -2 ? $"{Show.Word(item.Text)} is the beginning of several types of addresses" : $"{Show.Word(item.Text)} is not a type of addresses",
                    Nearest.HintOr(item.Text, Names, $"a comma list of {Show.Choice(Names)}"));
                return false;
            }

            bits |= 1 << at;
        }

        types = new TypeSet((ushort)bits, false);
        return true;
    }
}
