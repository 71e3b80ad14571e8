using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>ACCEPT, DROP, RETURN, LOG, no target, jump and goto (iptables(8); ipt_do_table).</summary>
[Collection(MatchLab.Name)]
public sealed class TargetTests(MatchLab lab)
{
    private const string Tcp = "tcp SRC:1000 DST:22";

    [Theory]
    [InlineData(":CHAIN ACCEPT", "-A CHAIN -j ACCEPT", Tcp, "accepted CHAIN 1")]
    [InlineData(":CHAIN DROP", "-A CHAIN -j ACCEPT", Tcp, "accepted CHAIN 1")]
    [InlineData(":CHAIN ACCEPT", "-A CHAIN -j DROP", Tcp, "dropped CHAIN 1")]
    [InlineData(":CHAIN DROP", "-A CHAIN -j DROP", Tcp, "dropped CHAIN 1")]
    [InlineData(":CHAIN ACCEPT", "-A CHAIN -p udp -j DROP", Tcp, "accepted CHAIN policy")]
    [InlineData(":CHAIN DROP", "-A CHAIN -p udp -j ACCEPT", Tcp, "dropped CHAIN policy")]
    [InlineData(":CHAIN DROP", "-A CHAIN ! -p udp -j ACCEPT", Tcp, "accepted CHAIN 1")]
    [InlineData(":CHAIN DROP", "-A CHAIN -p tcp -m tcp --dport 22 -j ACCEPT", Tcp + " cut 19", "dropped")]
    [InlineData(":CHAIN ACCEPT", "-A CHAIN -p tcp -m tcp --dport 22 -j ACCEPT", Tcp + " cut 19", "dropped")]
    [InlineData(":CHAIN DROP", "-A CHAIN -p tcp -j ACCEPT", Tcp + " frag 2", "accepted CHAIN 1")]
    [InlineData(":CHAIN DROP", "-A CHAIN -p tcp -m tcp --dport 22 -j ACCEPT", Tcp + " frag 2", "dropped CHAIN policy")]
    public void Verdicts(string policy, string rule, string packet, string expected) => lab.CheckTable($"{policy}\n{rule}", packet, expected);

    [Theory]
    [InlineData("-j ACCEPT", "-j DROP", "accepted CHAIN 1")]
    [InlineData("-j DROP", "-j ACCEPT", "dropped CHAIN 1")]
    [InlineData("-p udp -j DROP", "-p tcp -j ACCEPT", "accepted CHAIN 2")]
    [InlineData("-p tcp", "-p tcp -j DROP", "dropped CHAIN 1, CHAIN 2")]
    [InlineData("-p udp", "-p tcp -j DROP", "dropped CHAIN 2")]
    [InlineData("", "", "accepted CHAIN 1, CHAIN 2, CHAIN policy")]
    [InlineData("-j RETURN", "-j DROP", "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-p udp -j RETURN", "-j DROP", "dropped CHAIN 2")]
    [InlineData("! -p udp -j RETURN", "-j DROP", "accepted CHAIN 1, CHAIN policy")]
    public void The_first_verdict_holds_and_each_match_counts(string first, string second, string expected) =>
        lab.CheckTable($"-A CHAIN {first}\n-A CHAIN {second}", Tcp, expected);

    [Theory]
    [InlineData("-j LOG", Tcp, "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-j LOG --log-prefix \"a b: \" --log-level debug", Tcp, "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-p udp -j LOG", Tcp, "accepted CHAIN policy")]
    [InlineData("! -p udp -j LOG", Tcp, "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-p tcp -m tcp --dport 22 -j LOG", Tcp + " cut 19", "dropped")]
    [InlineData("-p tcp -j LOG", Tcp + " cut 0", "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-p tcp -j LOG", Tcp + " frag 2", "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-p tcp -m tcp --dport 22 -j LOG", Tcp + " frag 2", "accepted CHAIN policy")]
    public void Log_counts_and_goes_on(string rule, string packet, string expected) => lab.CheckTable("-A CHAIN " + rule, packet, expected);

    [Theory]
    [InlineData("-A T -j DROP", "dropped CHAIN 1, T 1")]
    [InlineData("-A T -j ACCEPT", "accepted CHAIN 1, T 1")]
    [InlineData("-A T -p udp -j DROP", "accepted CHAIN 1, CHAIN 2")]
    [InlineData("-A T -j RETURN\n-A T -j DROP", "accepted CHAIN 1, T 1, CHAIN 2")]
    [InlineData("-A T", "accepted CHAIN 1, T 1, CHAIN 2")]
    [InlineData("", "accepted CHAIN 1, CHAIN 2")]
    [InlineData("-A T -j U\n-A U -j RETURN\n-A T -j DROP", "dropped CHAIN 1, T 1, U 1, T 2")]
    [InlineData("-A T -j U\n-A U -j DROP", "dropped CHAIN 1, T 1, U 1")]
    [InlineData("-A T -j U\n-A T -j U\n-A U", "accepted CHAIN 1, T 1, T 2, U 1, U 1, CHAIN 2")]
    public void Jump_comes_back(string rules, string expected) =>
        lab.CheckTable($":CHAIN DROP\n:T -\n:U -\n-A CHAIN -j T\n-A CHAIN -j ACCEPT\n{rules}", Tcp, expected);

    [Theory]
    [InlineData("-A T -j DROP", "dropped CHAIN 1, T 1")]
    [InlineData("-A T -p udp -j DROP", "accepted CHAIN 1, CHAIN policy")]
    [InlineData("-A T -j RETURN\n-A T -j DROP", "accepted CHAIN 1, T 1, CHAIN policy")]
    [InlineData("-A T -g U\n-A T -j DROP\n-A U", "accepted CHAIN 1, T 1, U 1, CHAIN policy")]
    [InlineData("-A T -j U\n-A T\n-A U -j RETURN", "accepted CHAIN 1, T 1, U 1, T 2, CHAIN policy")]
    public void Goto_does_not_come_back(string rules, string expected) =>
        lab.CheckTable($":T -\n:U -\n-A CHAIN -g T\n-A CHAIN -j DROP\n{rules}", Tcp, expected);

    [Theory]
    [InlineData("-A T -g U\n-A T -j DROP", "accepted CHAIN 1, T 1, U 1, CHAIN 2, CHAIN policy")]
    [InlineData("-A T -p udp -g U\n-A T -j DROP", "dropped CHAIN 1, T 2")]
    public void Goto_inside_a_jump_comes_back_to_the_caller(string rules, string expected) =>
        lab.CheckTable($":T -\n:U -\n-A CHAIN -j T\n-A CHAIN\n-A U\n{rules}", Tcp, expected);

    [Theory]
    [InlineData("-p udp -j T", Tcp, "accepted CHAIN policy")]
    [InlineData("! -p udp -j T", Tcp, "dropped CHAIN 1, T 1")]
    [InlineData("-p udp -g T", Tcp, "accepted CHAIN policy")]
    [InlineData("! -p udp -g T", Tcp, "dropped CHAIN 1, T 1")]
    [InlineData("-p tcp -m tcp --dport 22 -j T", Tcp + " cut 19", "dropped")]
    [InlineData("-p tcp -m tcp --dport 22 -j T", Tcp + " frag 2", "accepted CHAIN policy")]
    [InlineData("-p tcp -j T", Tcp + " cut 0", "dropped CHAIN 1, T 1")]
    [InlineData("-p tcp -g T", Tcp + " frag 2", "dropped CHAIN 1, T 1")]
    public void A_jump_asks_its_own_rule_first(string rule, string packet, string expected) =>
        lab.CheckTable($":T -\n-A CHAIN {rule}\n-A T -j DROP", packet, expected);

    [Fact]
    public void Chains_go_deep()
    {
        string chains = string.Concat(Enumerable.Range(1, 14).Select(i => $":C{i} -\n"));
        string rules = string.Concat(Enumerable.Range(1, 13).Select(i => $"-A C{i} -j C{i + 1}\n-A C{i}\n"));
        string expected = string.Concat(Enumerable.Range(1, 13).Select(i => $", C{i} 1, C{i} 2"));
        lab.CheckTable($"{chains}-A CHAIN -j C1\n{rules}-A C14 -j RETURN", Tcp, $"accepted CHAIN 1{expected}, C14 1, CHAIN policy");
    }
}
