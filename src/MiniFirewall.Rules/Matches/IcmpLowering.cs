using MiniFirewall.Policy;

namespace MiniFirewall.Rules.Matches;

/// <summary>The test that ICMP and ICMPv6 share.</summary>
internal static class IcmpLowering
{
    internal static Require Lower(IcmpType type, bool negated)
    {
        FieldTest isType = FieldTest.Equal(Field.IcmpType, type.Type);
        if (type is { LowCode: 0, HighCode: 255 })
        {
            return new Require(isType with { Negated = negated });
        }

        return new Require(new AllOf([isType, RangeTest.Between(Field.IcmpCode, type.LowCode, type.HighCode)], negated));
    }
}
