using MiniFirewall.Policy;

namespace MiniFirewall.Analysis;

/// <summary>The numbers of a packet that are known where a connection's ends, protocol and interfaces are, and that it is the first one.</summary>
internal static class KnownFields
{
    /// <summary>Whether a step asks for nothing else.</summary>
    internal static bool Suffice(Step step) => step switch
    {
        Require require => Suffice(require.Condition),
        DropWhen { Condition: QuestionTest { Question: PacketChange } } => true,
        DropWhen drop => Suffice(drop.Condition),
        _ => false,
    };

    private static bool Suffice(Condition condition) => condition switch
    {
        FieldTest test => IsKnown(test.Field),
        RangeTest test => IsKnown(test.Field),
        SetTest => true,
        AnyOf any => any.Conditions.All(Suffice),
        AllOf all => all.Conditions.All(Suffice),
        _ => false,
    };

    private static bool IsKnown(Field field) => field is not (Field.Length or Field.HopLimit or Field.Mark or Field.SourceNames or Field.DestinationNames);
}
