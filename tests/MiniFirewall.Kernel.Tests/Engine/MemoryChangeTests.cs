using MiniFirewall.EngineAgent;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Rules that remember, changed in place: each has its own memory, full at first, and those of others stay as they are.</summary>
public sealed class MemoryChangeTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void A_bucket_is_full_when_its_rule_comes_and_outlives_changes_of_others()
    {
        _namespace.Apply("-A INPUT -p udp --dport 7 -m limit --limit 1/hour --limit-burst 1 -j DROP\n" + Others);
        ulong generation = _namespace.Read()!.Generation;

        Change("-I INPUT -p udp --dport 1001 -m limit --limit 1/hour --limit-burst 2 -j DROP");
        Assert.Equal("4:1001", Dropped());
        Change("-A INPUT -p udp --dport 1002 -m limit --limit 1/hour --limit-burst 1 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Assert.Equal("", Dropped());
        Change("-R INPUT 1 -p udp --dport 1001 -m limit --limit 1/hour --limit-burst 1 -j DROP");
        Assert.Equal("4:1001", Dropped());
        Assert.Equal("", Dropped());

        Assert.Equal(generation, _namespace.Read()!.Generation);
    }

    [Fact]
    public void Quotas_and_counts_are_each_rules_own()
    {
        _namespace.Apply("-A INPUT -p udp --dport 7 -m quota --quota 38\n-A INPUT -p udp --dport 7 -m statistic --mode nth --every 2 --packet 0\n" + Others);
        ulong generation = _namespace.Read()!.Generation;

        Change("-A INPUT -p udp --dport 1001 -m quota --quota 76 -j DROP");
        Change("-A INPUT -p udp --dport 1002 -m statistic --mode nth --every 2 --packet 1 -j DROP");
        Assert.Equal(["4:1001", "4:1001 4:1002", "", "4:1002"], [Dropped(), Dropped(), Dropped(), Dropped()]);

        Assert.Equal(generation, _namespace.Read()!.Generation);
    }

    [Fact]
    public void Where_no_memory_is_left_the_rules_are_applied_as_a_whole()
    {
        _namespace.Apply("-A INPUT -p udp --dport 7 -m limit --limit 1/hour --limit-burst 1 -j DROP\n" + Others);
        ulong generation = _namespace.Read()!.Generation;
        for (int i = 0; i < 130; i++)
        {
            Change("-I INPUT -p udp --dport 1001 -m limit --limit 1/hour --limit-burst 1 -j DROP -m limit --limit 1/hour --limit-burst 1");
            Change("-D INPUT 1");
        }

        Assert.InRange(_namespace.Read()!.Generation, generation + 1, generation + 5);
        Change("-I INPUT -p udp --dport 1001 -m limit --limit 1/hour --limit-burst 1 -j DROP");
        Assert.Equal("4:1001", Dropped());
        Assert.Equal("", Dropped());
    }

    /// <summary>Enough rules in INPUT to be no straight code; they say nothing of the tests' packets.</summary>
    private static string Others => string.Concat(Enumerable.Range(0, 100).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n"));

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    private void Change(string arguments) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(), arguments.Split(' ')));
}
