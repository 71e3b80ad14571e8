using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Engine.Counting;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

public sealed class SlotPlanTests
{
    /// <summary>A list of rules by their texts, with the place of those that bring counters of their own.</summary>
    private static readonly Gen<(int Text, bool Given)[]> s_rules =
        Gen.Select(Gen.Int[0, 400], Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true)))).Array[0, 500];

    [Fact]
    public void Every_plan_after_another_keeps_what_stays_and_disturbs_nothing_that_runs() =>
        s_rules.Array[1, 6].Sample(
            sets =>
            {
                SlotPlan? plan = null;
                ImmutableArray<CounterKey> keys = [];
                foreach ((int Text, bool Given)[] rules in sets)
                {
                    ImmutableArray<CounterKey> next = Keys(rules);
                    ImmutableArray<bool> given = [.. rules.Select(rule => rule.Given)];
                    SlotPlan after = plan is null ? SlotPlan.First(next.Length) : SlotPlan.After(next, given, keys, plan.Slots, plan.Capacity, plan.FirstFreshSlot);
                    AssertSound(after, next, given, keys, plan);
                    (plan, keys) = (after, next);
                }
            },
            iter: 300);

    private static void AssertSound(SlotPlan plan, ImmutableArray<CounterKey> keys, ImmutableArray<bool> given, ImmutableArray<CounterKey> runningKeys, SlotPlan? running)
    {
        Assert.Equal(keys.Length, plan.Slots.Distinct().Count());
        Assert.All(plan.Slots, slot => Assert.InRange(slot, 1, plan.FirstFreshSlot - 1));
        Assert.InRange(plan.FirstFreshSlot, 1, plan.Capacity - 1);
        if (running is null)
        {
            return;
        }

        Assert.True(plan.NewMaps || (plan.Capacity == running.Capacity && plan.FirstFreshSlot >= running.FirstFreshSlot));
        for (int i = 0; i < keys.Length; i++)
        {
            int at = given[i] ? -1 : runningKeys.IndexOf(keys[i]);
            Assert.Equal(at >= 0, plan.Kept[i]);
            Assert.True(at < 0 || running.Slots[at] == plan.Slots[i]);
            Assert.True(at >= 0 || plan.NewMaps || !running.Slots.Contains(plan.Slots[i]));
        }
    }

    private static ImmutableArray<CounterKey> Keys((int Text, bool Given)[] rules)
    {
        var seen = new Dictionary<int, int>();
        return [.. rules.Select(rule =>
        {
            int occurrence = seen.GetValueOrDefault(rule.Text);
            seen[rule.Text] = occurrence + 1;
            return new CounterKey((ulong)rule.Text, occurrence);
        })];
    }
}
