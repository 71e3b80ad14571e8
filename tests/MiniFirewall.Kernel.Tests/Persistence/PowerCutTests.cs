using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Kernel.Tests.Engine;
using Xunit;
using TestRules = MiniFirewall.Kernel.Tests.Engine.Rules;

namespace MiniFirewall.Kernel.Tests.Persistence;

/// <summary>Power that goes at any moment of putting rule sets on disk leaves the one before or the new one, whole.</summary>
public sealed class PowerCutTests
{
    private static readonly int s_cuts = int.Parse(Environment.GetEnvironmentVariable("MINIFW_POWER_CUTS") ?? "1000");

    private static readonly ChangeNote s_note = new("test", "", "nobody");

    [Fact]
    public void The_old_or_the_new_set_is_there_whatever_was_lost()
    {
        var random = new Random(1);
        int olds = 0, news = 0;
        for (int i = 0; i < s_cuts; i++)
        {
            var disk = new CuttableDisk(random, cutAt: 1 + random.Next(40));
            (int finished, int begun) = WriteUntilCut(disk);
            CuttableDisk after = disk.PowerOn();
            int newest = AssertWhole(after);
            Assert.True(newest == finished || newest == begun, $"cut {i}: {newest} is there, finished was {finished}, begun {begun}");
            olds += newest == finished ? 1 : 0;
            news += newest == begun ? 1 : 0;
            AssertGoesOn(after, newest);
        }

        Assert.True(olds > s_cuts / 10 && news > s_cuts / 100, $"{olds} old, {news} new: the cuts are not spread");
    }

    /// <summary>The model would find a mistake: such a disk loses rule sets that were finished.</summary>
    [Fact]
    public void On_a_disk_that_lies_rule_sets_are_lost_and_none_is_broken()
    {
        var random = new Random(2);
        int lost = 0;
        for (int i = 0; i < s_cuts; i++)
        {
            var disk = new CuttableDisk(random, cutAt: 5 + random.Next(40), lies: true);
            (int finished, int begun) = WriteUntilCut(disk);
            int newest = AssertWhole(disk.PowerOn());
            lost += newest < finished ? 1 : 0;
        }

        Assert.True(lost > s_cuts / 10);
    }

    [Fact]
    public void Only_so_many_are_kept()
    {
        var disk = new CuttableDisk(new Random(3), cutAt: int.MaxValue);
        var history = new RuleHistory(disk);
        for (int i = 0; i < RuleHistory.Kept + 5; i++)
        {
            Write(history);
        }

        Assert.Equal(RuleHistory.Kept, history.Numbers().Count);
        Assert.Equal(RuleHistory.Kept + 5, history.Newest()!.Number);
    }

    [Fact]
    public void A_file_with_a_bit_turned_over_is_passed_over()
    {
        byte[] bytes = KeptRulesFile.Encode(KeptRules.Of(7, new("apply x", "why: this", "me"), TestRules.Parse(TestRules.First), restores: 3));
        KeptRules read = KeptRulesFile.TryDecode(7, bytes)!;
        Assert.Equal(("apply x", "why: this", "me", 3), (read.Note.How, read.Note.Why, read.Note.Who, read.Restores));
        Assert.Equal(TestRules.Parse(TestRules.First), read.Read());
        Assert.Null(KeptRulesFile.TryDecode(8, bytes));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] bad = (byte[])bytes.Clone();
            bad[i] ^= 1;
            Assert.Null(KeptRulesFile.TryDecode(7, bad));
            Assert.Null(KeptRulesFile.TryDecode(7, bytes.AsSpan(0, i)));
        }
    }

    private static (int Finished, int Begun) WriteUntilCut(CuttableDisk disk)
    {
        var history = new RuleHistory(disk);
        int finished = 0;
        try
        {
            while (true)
            {
                Write(history);
                finished++;
            }
        }
        catch (PowerCutException)
        {
            return (finished, finished + 1);
        }
    }

    private static void Write(RuleHistory history)
    {
        int number = history.NextNumber();
        var rules = KeptRules.Of(number, s_note, TestRules.Parse($"-A INPUT -p udp --dport {number} -j DROP\n"), restores: null);
        history.Prepare(rules);
        history.WriteForm(rules.Text!, new("", (ulong)number, SlotPlan.First(4), []));
        history.Finish(number);
    }

    /// <summary>The newest is what was written as that number; 0 where there is none.</summary>
    private static int AssertWhole(CuttableDisk disk)
    {
        var history = new RuleHistory(disk);
        KeptRules? newest = history.Newest();
        Assert.Contains($"--dport {newest?.Number ?? 0} ", newest?.Text ?? "--dport 0 ");
        CompiledForm? form = newest is null ? null : history.TryReadForm(newest.Text!);
        Assert.Equal((ulong)(newest?.Number ?? 0), form?.Order ?? (ulong)(newest?.Number ?? 0));
        return newest?.Number ?? 0;
    }

    private static void AssertGoesOn(CuttableDisk disk, int newest)
    {
        Write(new RuleHistory(disk));
        Assert.True(AssertWhole(disk) > newest);
    }
}
