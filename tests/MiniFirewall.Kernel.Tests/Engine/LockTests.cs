using System.Diagnostics;
using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Writers queue, readers do not.</summary>
public sealed class LockTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    [Fact]
    public void Writers_at_once_all_succeed_one_after_another()
    {
        const int Writers = 8;
        Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, i => _namespace.Apply(i % 2 == 0 ? Rules.First : Rules.Second));
        LoadedRuleSet loaded = _namespace.Read()!;
        Assert.Equal((ulong)Writers, loaded.Generation);
        Assert.Equal(
            Rules.Print(loaded.Rules).Contains("1001") ? Rules.DroppedByFirst : Rules.DroppedBySecond, _namespace.Run(Rules.Dropped));
    }

    [Fact]
    public async Task A_writer_gives_up_after_its_timeout_and_a_reader_does_not_wait()
    {
        _namespace.Apply(Rules.First);
        using var holding = new ManualResetEventSlim();
        using var letGo = new ManualResetEventSlim();
        Task holder = Task.Run(() => _namespace.Run(() => _namespace.Open().Apply(
            _ =>
            {
                holding.Set();
                letGo.Wait(CancellationToken.None);
                return Rules.Parse(Rules.Second);
            })), CancellationToken.None);
        holding.Wait(CancellationToken.None);
        FirewallException refusal = Assert.Throws<FirewallException>(() => _namespace.Run(() =>
            _namespace.Open().Apply(Rules.Parse(Rules.First), new ApplyOptions { LockTimeout = TimeSpan.FromMilliseconds(50) })));
        Assert.Equal(FirewallFailure.Busy, refusal.Failure);
        Assert.NotNull(_namespace.Read());
        letGo.Set();
        await holder;
        Assert.Equal(Rules.DroppedBySecond, _namespace.Run(Rules.Dropped));
    }

    [Fact]
    public void Nobody_who_changes_rules_by_what_was_there_loses_another_ones_change()
    {
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => _namespace.Run(() => _namespace.Open().Apply(loaded =>
            Rules.Parse((loaded is null ? "" : Rules.Print(loaded.Rules)) + $"-A INPUT -p udp --dport {3000 + i} -j DROP\n"))));
        Assert.Equal(8, _namespace.Read()!.Rules.Find("INPUT")!.Rules.Length);
    }

    [Fact]
    public async Task A_reader_sees_whole_rule_sets_while_writers_switch()
    {
        _namespace.Apply(Rules.First);
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                _namespace.Apply(i % 2 == 0 ? Rules.Second : Rules.First);
            }
        }, CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2))
        {
            Assert.Equal(2, _namespace.Read()!.Rules.Chains.Sum(chain => chain.Rules.Length));
        }

        await stop.CancelAsync();
        await writer;
    }

    public void Dispose() => _namespace.Dispose();
}
