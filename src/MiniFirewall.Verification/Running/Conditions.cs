using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Running;

/// <summary>Conditions on a packet key.</summary>
internal static class Conditions
{
    internal static bool Hold(ImmutableArray<Condition> conditions, KeyBytes key, Family family)
    {
        foreach (Condition condition in conditions)
        {
            if (!Holds(condition, key, family))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Conditions of early steps: none asks a question.</summary>
    internal static bool Holds(Condition condition, KeyBytes key, Family family) => condition switch
    {
        FieldTest test => ((Value(test.Field, key, family) & test.Mask) == test.Value) != test.Negated,
        RangeTest test => test.Ranges.Any(range => Value(test.Field, key, family) is var value && value >= range.Low && value <= range.High) != test.Negated,
        AnyOf any => any.Conditions.Any(c => Holds(c, key, family)) != any.Negated,
        AllOf all => all.Conditions.All(c => Holds(c, key, family)) != all.Negated,
        _ => throw new NotSupportedException($"{condition.GetType().Name} has no meaning here"),
    };

    private static UInt128 Value(Field field, KeyBytes key, Family family) => key.Field(KeyVariables.SlotOf(field, family));
}
