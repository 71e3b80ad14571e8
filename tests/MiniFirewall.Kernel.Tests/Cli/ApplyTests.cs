using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>apply, show, status and off, as processes, in a namespace of their own.</summary>
public sealed class ApplyTests : IDisposable
{
    private const string Typed = """
        # ssh from one place only
        iptables -A INPUT -p tcp -s 10.0.3.1 --dport 22 -j ACCEPT
        iptables -A INPUT -p tcp --dport 22 -j DROP
        iptables -A OUTPUT -p udp --dport 9 -m comment --comment "a [bracket]" -j DROP
        """;

    private const string Saved = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :web - [0:0]
        -A INPUT -p tcp -m tcp --dport 80 -j web
        -A web -s 192.0.2.0/24 -j ACCEPT
        COMMIT
        """;

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Typed_lines_are_shown_canonically_and_numbered()
    {
        _namespace.MinifwWith(Typed, "apply", "-").Succeeded();
        string shown = _namespace.Minifw("show").Succeeded();
        Assert.Matches(@"chain INPUT, policy ACCEPT: \d+ packets, \d+ bytes", shown);
        Assert.Matches(@"\b1 +0 +0 +-s 10\.0\.3\.1/32 -p tcp -m tcp --dport 22 -j ACCEPT", shown);
        Assert.Matches(@"\b2 +0 +0 +-p tcp -m tcp --dport 22 -j DROP", shown);
        Assert.Contains("--comment \"a [bracket]\"", shown);
    }

    [Fact]
    public void Saved_text_from_a_file_replaces_what_was_there()
    {
        _namespace.MinifwWith(Typed, "apply", "-").Succeeded();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Saved + "\n");
            _namespace.Minifw("apply", file).Succeeded();
        }
        finally
        {
            File.Delete(file);
        }

        JsonElement[] chains = Chains();
        Assert.Equal(["INPUT", "FORWARD", "OUTPUT", "web"], chains.Select(c => c.GetProperty("name").GetString()));
        Assert.Equal("DROP", chains[0].GetProperty("policy").GetProperty("ipv6").GetString());
        Assert.Equal("-p tcp -m tcp --dport 80 -j web", chains[0].GetProperty("rules")[0].GetProperty("text").GetString());
        JsonElement v4Only = chains[3].GetProperty("rules")[0].GetProperty("counters");
        Assert.True(v4Only.TryGetProperty("ipv4", out _));
        Assert.False(v4Only.TryGetProperty("ipv6", out _));
    }

    [Fact]
    public void Verify_says_what_is_proved()
    {
        string rules = string.Concat(Enumerable.Range(1, 60).Select(i => $"iptables -A INPUT -p tcp -s 10.0.{i}.0/24 --dport {i} -j DROP\n"));
        string said = _namespace.MinifwWith(rules, "apply", "--verify", "-").Succeeded();
        Assert.Matches(@"^IPv4: proved: 60 rules in 1 chain, \d+ tuples, \d+ regions\nIPv6: no list is long enough [^\n]+\n$", said);
        Assert.Contains("--dport 60 -j DROP", _namespace.Minifw("show").Succeeded());
    }

    [Fact]
    public void Counters_count_and_stay_over_a_reload_for_rules_that_stay()
    {
        _namespace.MinifwWith(Typed, "apply", "-").Succeeded();
        _namespace.Shell("echo x > /dev/udp/127.0.0.1/9; echo x > /dev/udp/::1/9");
        JsonElement counters = UdpCounters();
        Assert.Equal(1UL, counters.GetProperty("ipv4").GetProperty("packets").GetUInt64());
        Assert.Equal(30UL, counters.GetProperty("ipv4").GetProperty("bytes").GetUInt64());
        Assert.Equal(1UL, counters.GetProperty("ipv6").GetProperty("packets").GetUInt64());

        _namespace.MinifwWith("iptables -A OUTPUT -p icmp -j DROP\n" + Typed, "apply", "-").Succeeded();
        Assert.Equal(counters.GetRawText(), UdpCounters().GetRawText());

        JsonElement UdpCounters() => Chains().Single(c => c.GetProperty("name").GetString() == "OUTPUT").GetProperty("rules").EnumerateArray()
            .Single(r => r.GetProperty("text").GetString()!.StartsWith("-p udp", StringComparison.Ordinal)).GetProperty("counters");
    }

    [Fact]
    public void Status_tells_what_is_loaded_and_off_takes_it_away()
    {
        Assert.False(Status().GetProperty("loaded").GetBoolean());
        _namespace.MinifwWith(Typed, "apply", "-").Succeeded();
        JsonElement on = Status();
        Assert.True(on.GetProperty("loaded").GetBoolean());
        Assert.Equal(3, on.GetProperty("rules").GetInt32());
        Assert.Equal(6, on.GetProperty("hooks").GetArrayLength());
        Assert.All(on.GetProperty("hooks").EnumerateArray(), h => Assert.True(h.GetProperty("program").GetUInt32() > 0));
        Assert.Contains("generation", _namespace.Minifw("status").Succeeded());

        _namespace.Minifw("off").Succeeded();
        Assert.False(Status().GetProperty("loaded").GetBoolean());
        Assert.Contains("no rules are loaded", _namespace.Minifw("show").Succeeded());
        _namespace.Minifw("off").Succeeded();
    }

    [Theory]
    [InlineData("iptables-legacy -A INPUT -j ACCEPT; ip6tables-legacy -A INPUT -j ACCEPT; iptables-legacy -A OUTPUT -j ACCEPT")]
    [InlineData("nft 'add table inet f; add chain inet f o { type filter hook output priority filter; }'")]
    public void Rules_load_beside_another_firewall_at_the_same_place(string other)
    {
        _namespace.Shell(other).Succeeded();
        _namespace.MinifwWith(Typed, "apply", "-").Succeeded();
        Assert.NotEqual(0, _namespace.Shell("echo x > /dev/udp/127.0.0.1/9").ExitCode);
    }

    [Fact]
    public void A_check_changes_nothing()
    {
        _namespace.MinifwWith(Typed, "apply", "-").Succeeded();
        string before = _namespace.Minifw("show").Succeeded();
        _namespace.MinifwWith(Saved, "apply", "-", "--check").Succeeded();
        Assert.Equal(before, _namespace.Minifw("show").Succeeded());
    }

    [Theory]
    [InlineData("nsenter --net={0} {1} apply -")]
    [InlineData("ip netns exec {2} {1} apply -")]
    public void Rules_stay_when_the_command_that_entered_the_namespace_ends(string command)
    {
        string[] words = string.Format(command, _namespace.Path, MinifwBinary.Path, Path.GetFileName(_namespace.Path)).Split(' ');
        CommandResult.Of(words[0], words[1..], Typed).Succeeded();
        Assert.Contains("--dport 22 -j DROP", _namespace.Minifw("show").Succeeded());
        Assert.Contains("--dport 22 -j DROP", CommandResult.Of("nsenter", [$"--net={_namespace.Path}", MinifwBinary.Path, "show"]).Succeeded());
        Assert.NotEqual(0, _namespace.Shell("echo x > /dev/udp/127.0.0.1/9").ExitCode);
    }

    [Fact]
    public void Rules_applied_in_an_unshared_namespace_stay_while_it_lives()
    {
        CommandResult shown = CommandResult.Of(
            "unshare", ["--net", "bash", "-c", $"{MinifwBinary.Path} apply - && {MinifwBinary.Path} show; code=$?; {MinifwBinary.Path} off; exit $code"], Typed);
        Assert.Contains("--dport 22 -j DROP", shown.Succeeded());
    }

    private JsonElement[] Chains() => [.. Parse(_namespace.Minifw("show", "--json").Succeeded()).GetProperty("chains").EnumerateArray()];

    private JsonElement Status() => Parse(_namespace.Minifw("status", "--json").Succeeded());

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
