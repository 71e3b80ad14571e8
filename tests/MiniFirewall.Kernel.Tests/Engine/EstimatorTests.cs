using System.Buffers.Binary;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
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

    /// <summary>Enough rules to be no straight code.</summary>
    private static readonly string Hundred = string.Concat(Enumerable.Range(1, 100).Select(i => $"-4 -A INPUT -s 192.0.2.{i} -j DROP\n"));

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
        _namespace.Apply(Hundred + $"-4 {Counting}");
        ulong generation = _namespace.Read()!.Generation;
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
        Assert.Equal(generation, _namespace.Read()!.Generation);
        Assert.True(RunningProof.Assert(_namespace) > 0);
    }

    /// <summary>The first of all too: nothing but its rule is made, and its place is empty whoever had it before.</summary>
    [Fact]
    public void Some_begin_and_end_beside_the_rules_in_force()
    {
        _namespace.Apply(Hundred);
        ulong generation = _namespace.Read()!.Generation;
        foreach (string name in (string[])["a", "b", "a"])
        {
            Change($"-A INPUT -p udp --dport 1001 -j RATEEST --rateest-name {name} --rateest-interval 8s --rateest-ewmalog 20s");
            Assert.Equal([$"{name} new"], Measuring());
            Dropped();
            Assert.Equal([$"{name} runs"], Measuring());
            Change("-D INPUT 101");
            Assert.Empty(Measuring());
        }

        Change("-A INPUT -p udp --dport 1001 -j RATEEST --rateest-name a --rateest-interval 8s --rateest-ewmalog 20s");
        Change("-A INPUT -p udp --dport 1009 -j RATEEST --rateest-name b --rateest-interval 250ms --rateest-ewmalog 1s");
        Change("-A INPUT -p udp --dport 1002 -m rateest --rateest1 a --rateest-eq --rateest-pps --rateest2 b -j DROP");
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(["a runs", "b new"], Measuring());
        Assert.Equal(generation, _namespace.Read()!.Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);

        // As by the kernel, which makes the new one's rule before it ends the other.
        foreach (string command in (string[])["-R INPUT 102", "-A INPUT", "-I FORWARD"])
        {
            FormatException refused = Assert.Throws<FormatException>(() => Change($"{command} -p udp --dport 1009 -j RATEEST --rateest-name b --rateest-interval 8s --rateest-ewmalog 20s"));
            Assert.Contains("the rate estimator 'b' is there with another interval or average", refused.Message, StringComparison.Ordinal);
        }

        foreach (string command in (string[])["-A INPUT -m rateest --rateest c --rateest-eq --rateest-pps 0", "-A INPUT -m rateest --rateest c --rateest-eq --rateest-pps 0 -j RATEEST --rateest-name c --rateest-interval 8s --rateest-ewmalog 20s"])
        {
            Assert.Contains("there is no rate estimator 'c'", Assert.Throws<FormatException>(() => Change(command)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(["a runs", "b new"], Measuring());
    }

    /// <summary>Whatever a killed writer has left, the next one finds the estimators that rules name.</summary>
    [Fact]
    public void Killed_after_each_step_while_one_begins_or_ends()
    {
        const string Command = "-A INPUT -p udp --dport 1001 -j RATEEST --rateest-name a --rateest-interval 8s --rateest-ewmalog 20s", Back = "-D INPUT 101";
        foreach (string command in (string[])[Command, Back])
        {
            bool begins = command == Command;
            Fresh(begins);
            var steps = new List<string>();
            Change(command, new EngineParts { AfterStep = steps.Add });
            Assert.Contains(begins ? $"name {PinNames.Estimators}" : NamesEnding.EndNames, steps);
            foreach (string step in steps.Distinct())
            {
                Fresh(begins);
                CommandResult result = Engine.Command.Try(_namespace.Agent(_namespace.Enter, ["change", step, .. command.Split(' ')]));
                Assert.True(result.Killed, $"{step}: {result}");
                int left = _namespace.Read()!.Rules.Find("INPUT")!.Rules.Length;
                bool isMade = Array.IndexOf([.. steps], step) >= steps.IndexOf(QuickChange.WriteEpoch);
                Assert.Equal((step, isMade == begins ? 101 : 100), (step, left));
                if (!isMade)
                {
                    Change(command);
                }

                Dropped();
                Change("-A INPUT -p udp --dport 1009 -j RATEEST --rateest-name b --rateest-interval 8s --rateest-ewmalog 20s");
                Change("-D INPUT -p udp --dport 1009 -j RATEEST --rateest-name b --rateest-interval 8s --rateest-ewmalog 20s");
                Assert.Equal((step, begins ? "a runs" : ""), (step, string.Join(' ', Measuring())));
                Assert.True(RunningProof.Assert(_namespace) > 90);
            }
        }

        void Fresh(bool begins)
        {
            _namespace.Run(() => _namespace.Open().Off());
            _namespace.Apply(Hundred + (begins ? "" : $"-4 {Counting}"));
        }
    }

    /// <summary>While rules are on trial, nobody gets the place of an estimator that may come back.</summary>
    [Fact]
    public void A_trial_leaves_them_as_they_were()
    {
        _namespace.Apply(Counting + Asking);
        Dropped();
        Try(Other);
        Dropped();
        Try(Other + Other.Replace(" b ", " c ", StringComparison.Ordinal));
        Assert.Equal(["b runs", "c new", " runs"], Measuring());
        Dropped();
        _namespace.Run(() => _namespace.Open().GoBack());
        Assert.Equal(["a runs"], Measuring());
        Try(Other);
        _namespace.Run(() => _namespace.Open().Confirm());
        _namespace.Apply(Other);
        Assert.Equal(["b new"], Measuring());
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
        foreach (Action more in (Action[])[() => _namespace.Apply(Make(0, EstimatorLayout.Most + 1)), () => Change(Make(EstimatorLayout.Most, 1).TrimEnd())])
        {
            Exception error = Assert.ThrowsAny<Exception>(more);
            Assert.Contains($"more than {EstimatorLayout.Most} rate estimators in one rule set", error.Message, StringComparison.Ordinal);
        }
    }

    private void Try(string rules) => _namespace.Run(
        () => _namespace.Open().Apply(Rules.Parse(rules), new ApplyOptions { Trial = new TrialRequest(TimeSpan.FromHours(1), TrialKind.Confirm) }));

    private void Change(string arguments, EngineParts? parts = null) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(parts), arguments.Split(' ')));

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
