using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// What types of addresses mean for IPv6 (net/netfilter/xt_addrtype.c, match_type6): multicast, unicast and unspecified are said
/// by the address, and all that are asked for must hold at once; local by the routes.
/// </summary>
internal static class IPv6AddressTypes
{
    /// <summary>The types that can be asked for, as <see cref="TypeSet.Bits"/>.</summary>
    internal const int Known = (1 << (int)AddressType.Unspecified) | (1 << (int)AddressType.Unicast)
        | (1 << (int)AddressType.Local) | (1 << (int)AddressType.Multicast) | (1 << (int)AddressType.Anycast) | (1 << (int)AddressType.Unreachable);

    private static readonly ValueRange Multicast = new((UInt128)0xff << 120, UInt128.MaxValue);
    private static readonly ValueRange Mapped = new((UInt128)0xffff << 32, ((UInt128)0xffff << 32) | uint.MaxValue);
    private static readonly ValueRange Unspecified = new(0, 0);

    internal static Condition Test(TypeSet types, bool isSource) => types.Has(AddressType.Local)
        ? new QuestionTest(new AddressTypeIn(isSource, AddressScope.Anywhere, types.Bits), types.Negated)
        : new AllOf([.. ByAddress(types, isSource ? Field.Source : Field.Destination)], types.Negated);

    private static IEnumerable<Condition> ByAddress(TypeSet types, Field field)
    {
        if (types.Has(AddressType.Multicast))
        {
            yield return new RangeTest(field, [Multicast]);
        }

        if (types.Has(AddressType.Unicast))
        {
            yield return new RangeTest(field, [Unspecified, Mapped, Multicast], Negated: true);
        }

        if (types.Has(AddressType.Unspecified))
        {
            yield return new RangeTest(field, [Unspecified]);
        }
    }
}
