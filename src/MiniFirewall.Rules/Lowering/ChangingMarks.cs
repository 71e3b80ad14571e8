using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Lowering;

/// <summary>
/// Where rules change marks, a rule that tests them asks when a packet comes to it: a structure that knows at once which rules a packet's numbers
/// match would take the mark that the packet came with.
/// </summary>
internal static class ChangingMarks
{
    internal static void Ask(ImmutableArray<Step>.Builder steps)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i] is Require { Condition: FieldTest { Field: Field.Mark } test })
            {
                steps[i] = new Require(new QuestionTest(new PacketMarkIs((uint)test.Value, (uint)test.Mask), test.Negated));
            }
        }
    }
}
