using System.Collections.Immutable;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>Diagrams of conditions.</summary>
internal sealed class ConditionDiagrams(Diagrams diagrams, QuestionVariables questions, Family family)
{
    private readonly FieldDiagrams _fields = new(diagrams, family);

    internal FieldDiagrams Fields => _fields;

    internal int Of(Condition condition) => condition switch
    {
        FieldTest test => Negated(_fields.Equal(test.Field, test.Mask, test.Value), test.Negated),
        RangeTest test => Negated(_fields.InAny(test.Field, test.Ranges), test.Negated),
        AnyOf any => Negated(Any(any.Conditions), any.Negated),
        AllOf all => Negated(All(all.Conditions), all.Negated),
        SetTest set => Negated(diagrams.Variable(KeyVariables.OfSet(SetLayout.What(set))), set.Negated),
        QuestionTest test => Negated(diagrams.Variable(questions.Of(test.Question)), test.Negated),
        _ => throw new NotSupportedException($"{condition.GetType().Name} has no meaning here"),
    };

    private int Any(ImmutableArray<Condition> conditions)
    {
        int result = Diagrams.Never;
        foreach (Condition condition in conditions)
        {
            result = diagrams.Or(result, Of(condition));
        }

        return result;
    }

    private int All(ImmutableArray<Condition> conditions)
    {
        int result = Diagrams.Always;
        foreach (Condition condition in conditions)
        {
            result = diagrams.And(result, Of(condition));
        }

        return result;
    }

    private int Negated(int diagram, bool negated) => negated ? diagrams.Not(diagram) : diagram;
}
