using MiniFirewall.Engine;
using MiniFirewall.Engine.Sets;
using MiniFirewall.EngineAgent;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Single rules that ask sets, changed in place.</summary>
public sealed class SetRuleTests : IDisposable
{
    private const string Sets = """
        set far { 198.51.100.0/24 }
        set near { 127.0.0.0/8, 2001:db8::/32 }
        set ports type hash:ip,port { 127.0.0.1,udp:1002 }

        """;

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("-m set --match-set near src", "4:1001 4:1002 4:1003")]
    [InlineData("-m set --match-set near dst", "4:1001 4:1002 4:1003")]
    [InlineData("-m set ! --match-set near src", "")]
    [InlineData("-m set --match-set far src", "")]
    [InlineData("-m set ! --match-set far src -m set --match-set near dst", "4:1001 4:1002 4:1003")]
    [InlineData("-m set --match-set ports dst,dst", "4:1002")]
    [InlineData("-m set --match-set ports src,src", "")]
    [InlineData("-m set --match-set ports src", "")]
    public void A_rule_that_asks_a_set_is_put_in_place(string match, string dropped)
    {
        _namespace.Apply(Sets + Others);
        ulong generation = Read().Generation;

        Change($"-A INPUT -p udp --dport 1001:1003 {match} -j DROP");
        Assert.Equal(dropped, Dropped());
        Assert.True(RunningProof.Assert(_namespace) > 100);
        Change($"-I OUTPUT -p udp --dport 1003 {match} -j DROP");
        Change("-N late");
        Change($"-A late -p udp --dport 1001:1003 {match} -j DROP");
        Change("-I INPUT -p tcp -j late");
        Assert.Equal(dropped, Dropped());
        Change("-D INPUT 102");
        Change($"-D OUTPUT -p udp --dport 1003 {match} -j DROP");
        Assert.Equal("", Dropped());

        Assert.Equal(generation, Read().Generation);
    }

    [Fact]
    public void The_set_goes_on_changing()
    {
        _namespace.Apply(Sets + Others);
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1001 -m set --match-set far src -j DROP");
        Assert.Equal("", Dropped());
        Edit("far", SetEdit.Add, "127.0.0.1");
        Assert.Equal("4:1001", Dropped());
        Change("-R INPUT 101 -p udp --dport 1003 -m set --match-set far src -j DROP");
        Assert.Equal("4:1003", Dropped());
        Edit("far", SetEdit.Remove, "127.0.0.1");
        Assert.Equal("", Dropped());
        Assert.Equal(generation, Read().Generation);
    }

    /// <summary>A rule says a set's name, and is read before the lock is held: what the sets are by then counts.</summary>
    [Fact]
    public void Sets_that_have_changed_places_are_found_by_name()
    {
        _namespace.Apply(Sets + Others);
        RuleCommand near = AgentChanges.Read("-A INPUT -p udp --dport 1001:1003 -m set --match-set near src -j DROP".Split(' '), FamilySet.IPv4, Read().Rules);
        _namespace.Apply("set near { 127.0.0.0/8 }\nset far { 198.51.100.0/24 }\n" + Others);
        Change(near);
        Assert.Equal("4:1001 4:1002 4:1003", Dropped());
        Change("-D INPUT 101");

        RuleCommand ports = AgentChanges.Read("-A INPUT -p udp --dport 1001:1003 -m set --match-set near src -j DROP".Split(' '), FamilySet.IPv4, Read().Rules);
        _namespace.Apply("set near type hash:ip,port { 127.0.0.1,udp:1001 }\n" + Others);
        Change(ports);
        Assert.Equal("", Dropped());
        Change("-A INPUT -p udp --dport 1001:1003 -m set --match-set near src,dst -j DROP");
        Assert.Equal("4:1001", Dropped());

        _namespace.Apply(Others);
        FormatException refused = Assert.Throws<FormatException>(() => Change(near));
        Assert.Contains("near", refused.Message, StringComparison.Ordinal);
        Assert.Equal("", Dropped());
    }

    [Fact]
    public void A_set_that_rules_begin_to_change_becomes_another()
    {
        _namespace.Apply(Sets + Others);
        Change("-A INPUT -p udp --dport 1001 -m set --match-set far src -j DROP");
        Change("-I INPUT -p udp --dport 1003 -j SET --add-set far src");
        Assert.Equal("", Dropped(1001));
        Assert.Equal("", Dropped(1003));
        Assert.Equal("4:1001", Dropped(1001));
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1002 -m set --match-set far src -j DROP");
        Change("-A INPUT -p udp --dport 1004 -m set --match-set near src -j DROP");
        Assert.Equal("4:1002 4:1004", Dropped(1002, 1004));
        Assert.Equal(generation, Read().Generation);
    }

    /// <summary>Enough rules in INPUT to be no straight code; they say nothing of the tests' packets.</summary>
    private static string Others => string.Concat(Enumerable.Range(0, 100).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n"));

    private LoadedRuleSet Read() => _namespace.Read()!;

    private string Dropped(params int[] ports) => _namespace.Run(() => Probe.Dropped(ports.Length == 0 ? [1001, 1002, 1003] : ports));

    private void Edit(string set, SetEdit edit, string entry) => _namespace.Run(() => _namespace.Open().EditSet(set, edit, named =>
    {
        var elements = new SetElements();
        Assert.True(new SetElementReader(named.Type, named.Families, NetworkNames.BuiltIn).TryRead(entry, noMatch: false, elements));
        return elements;
    }));

    private void Change(string arguments) => Change(AgentChanges.Read(arguments.Split(' '), FamilySet.IPv4, Read().Rules));

    private void Change(RuleCommand command) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(), command));
}
