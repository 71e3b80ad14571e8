using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>The buffers of a service are there for rules that write them, and only from the first of these on.</summary>
public sealed class ServiceBufferTests : IDisposable
{
    private const string Reject = "-A INPUT -p udp --dport 1002 -j REJECT\n", Nflog = "-A INPUT -p udp --dport 1003 -j NFLOG --nflog-group 3\n";

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void They_are_made_for_the_first_rules_that_write_them_and_stay()
    {
        _namespace.Apply(Rules.First);
        Assert.Empty(Buffers());
        _namespace.Apply(Rules.First + Reject);
        Assert.Equal(["rejects"], Buffers());
        _namespace.Apply(Rules.First + Nflog);
        Assert.Equal(["packets", "rejects"], Buffers());
        _namespace.Apply(Rules.First);
        Assert.Equal(["packets", "rejects"], Buffers());
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
        _namespace.Apply(Rules.Second + Reject + Nflog);
        Assert.Equal(["packets", "rejects"], Buffers());
    }

    [Fact]
    public void Beside_a_list_without_answers_the_first_one_has_programs_loaded_and_the_next_ones_do_not()
    {
        _namespace.Apply(string.Concat(Enumerable.Range(1, 60).Select(i => $"-A INPUT -p udp --dport {3000 + i} -j DROP\n")));
        Rule first = Rule("-p udp --dport 1002 -j REJECT");
        Assert.False(LoadsPrograms(rules => rules.Add(Rule("-p udp --dport 1001 -j DROP"))));
        Assert.True(LoadsPrograms(rules => rules.Add(first)));
        Assert.False(LoadsPrograms(rules => rules.Add(Rule("-p udp --dport 1003 -j REJECT"))));
        Assert.False(LoadsPrograms(rules => rules.Remove(first)));
        Assert.False(LoadsPrograms(rules => rules.Insert(0, first)));
        Assert.Equal("4:1001 4:1002 4:1003 6:1001 6:1002 6:1003", _namespace.Run(() => Probe.Dropped(1001, 1002, 1003, 1004)));
    }

    private string[] Buffers() => [.. Directory.GetFiles(_namespace.Directory).Select(Path.GetFileName).OfType<string>().Where(name => name is "rejects" or "packets").Order()];

    /// <summary>Whether a change of INPUT's rules, made in place, loads programs.</summary>
    private bool LoadsPrograms(Func<ImmutableArray<Rule>, ImmutableArray<Rule>> change)
    {
        LoadedRuleSet before = _namespace.Read()!;
        _namespace.Run(() => _namespace.Open().Apply(running => running!.Rules with
        {
            Chains = [.. running.Rules.Chains.Select(chain => chain.Name == "INPUT" ? chain with { Rules = change(chain.Rules) } : chain)],
        }));
        LoadedRuleSet after = _namespace.Read()!;
        Assert.Equal(before.Generation, after.Generation);
        return !before.Programs.SequenceEqual(after.Programs);
    }

    private static Rule Rule(string text) => Rules.Parse($"-A INPUT {text}\n").Find("INPUT")!.Rules[0];
}
