using System.Buffers.Binary;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.EngineAgent;
using MiniFirewall.Sys.Namespaces;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Rate estimators live as long as some rule names them, through every change of the rules.</summary>
public sealed class EstimatorTests : IDisposable
{
    private const string Counting = "-A INPUT -p udp --dport 1001 -j RATEEST --rateest-name a --rateest-interval 8s --rateest-ewmalog 20s\n";
    private const string Other = "-A INPUT -j RATEEST --rateest-name b --rateest-interval 8s --rateest-ewmalog 20s\n";
    private const string Asking = "-A INPUT -p udp --dport 1002 -m rateest --rateest a --rateest-eq --rateest-pps 0 -j DROP\n";

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    /// <summary>Both families feed it.</summary>
    [Fact]
    public void One_goes_on_through_changes_and_begins_anew_when_none_names_it()
    {
        _namespace.Apply(Counting + Asking);
        Assert.Equal("4:1002 6:1002", Dropped());
        Assert.Equal(["a runs"], Measuring());
        _namespace.Apply(Other + Asking + Counting);
        Dropped();
        Assert.Equal(["b runs", "a runs"], Measuring());
        _namespace.Apply(Counting + "-A FORWARD -j DROP\n");
        Assert.Equal(["a runs"], Measuring());
        _namespace.Apply("-A FORWARD -j DROP\n");
        Assert.Empty(Measuring());
        _namespace.Apply(Counting);
        Assert.Equal(["a new"], Measuring());
    }

    [Fact]
    public void With_another_interval_it_begins_anew()
    {
        _namespace.Apply(Counting + Other);
        Dropped();
        _namespace.Apply(Counting.Replace("20s", "60s", StringComparison.Ordinal) + Other);
        Assert.Equal(["a new", "b runs"], Measuring());
        Dropped();
        Assert.Equal(["a runs", "b runs"], Measuring());
    }

    [Fact]
    public void A_failed_apply_leaves_them()
    {
        _namespace.Apply(Counting);
        Dropped();
        var parts = new EngineParts { AfterStep = step => throw new InvalidOperationException(step) };
        Assert.Throws<InvalidOperationException>(() => _namespace.Apply(Other + Asking + Counting, parts));
        Assert.Equal(["a runs"], Measuring());
    }

    /// <summary>As the kernel's, which those that compare keep alive too; the rules can be read again, and changed.</summary>
    [Fact]
    public void Changes_of_one_rule_keep_it_until_the_last_that_names_it()
    {
        _namespace.Apply(string.Concat(Enumerable.Range(1, 100).Select(i => $"-4 -A INPUT -s 192.0.2.{i} -j DROP\n")) + $"-4 {Counting}");
        Dropped();
        Change("-I INPUT -p udp --dport 1009 -j DROP");
        Change($"-A INPUT -p udp --dport 1002 -m rateest --rateest a --rateest-eq --rateest-pps 0 -j DROP");
        Assert.Equal(["a runs"], Measuring());
        Change("-D INPUT -p udp --dport 1001 -j RATEEST --rateest-name a --rateest-interval 8s --rateest-ewmalog 20s");
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(["a runs"], Measuring());
        Change("-D INPUT -s 192.0.2.7 -j DROP");
        Change("-A INPUT -p udp --dport 1001 -j RATEEST --rateest-name a --rateest-interval 8s --rateest-ewmalog 20s");
        Dropped();
        Assert.Equal(["a runs"], Measuring());
        Change("-F INPUT");
        Assert.Empty(Measuring());
        Change("-A INPUT -p udp --dport 1001 -j RATEEST --rateest-name a --rateest-interval 8s --rateest-ewmalog 20s");
        Assert.Equal(["a new"], Measuring());
    }

    /// <summary>Each has a place of its own, and there are so many that nobody counts them.</summary>
    [Fact]
    public void As_many_as_there_is_room_for()
    {
        static string Make(int first, int count) => string.Concat(Enumerable.Range(first, count).Select(i => Other.Replace(" b ", $" e{i} ", StringComparison.Ordinal)));
        _namespace.Apply(Make(0, EstimatorLayout.Most));
        Dropped();
        Assert.Equal(Enumerable.Range(0, EstimatorLayout.Most).Select(i => $"e{i} runs"), Measuring());
        _namespace.Apply(Make(EstimatorLayout.Most, EstimatorLayout.Most));
        _namespace.Apply(Make(0, EstimatorLayout.Most));
        Dropped();
        Assert.Equal(Enumerable.Range(0, EstimatorLayout.Most).Select(i => $"e{i} runs"), Measuring());
        Exception error = Assert.ThrowsAny<Exception>(() => _namespace.Apply(Make(0, EstimatorLayout.Most + 1)));
        Assert.Contains($"more than {EstimatorLayout.Most} rate estimators in one rule set", error.Message, StringComparison.Ordinal);
    }

    private void Change(string arguments) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(), arguments.Split(' ')));

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    /// <summary>The estimators of the generation in force, and whether a packet has started their time.</summary>
    private string[] Measuring() => _namespace.Run(() =>
    {
        using HomeMount home = HomeMount.TryOpen(_namespace.Root)!;
        using NamespaceState state = NamespaceState.TryOpen(home.Pins, NetworkNamespace.OfCallingThread())!;
        using GenerationState generation = state.TryOpenGeneration()!;
        using BpfMap? map = BpfMap.TryOpen(generation.Directory.PathOf(PinNames.Estimators));
        return EstimatorIndex.Read(generation.Directory).Select(entry => $"{entry.Name} {(IsBegun(map!, entry) ? "runs" : "new")}").ToArray();
    });

    private static bool IsBegun(BpfMap map, EstimatorEntry entry)
    {
        var value = new byte[map.ValueSize];
        map.TryLookup(BitConverter.GetBytes(entry.Slot), value);
        return BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(EstimatorLayout.Next)) != 0;
    }
}
