using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Restore texts: what they leave of the rules before, line by line, and where they end.</summary>
public sealed class RestoreTests
{
    private static readonly RestoreOptions V4 = new(Family.IPv4), V6 = new(Family.IPv6);
    private static readonly RestoreOptions Adding = V4 with { KeepsRules = true }, Counting = V4 with { TakesCounters = true };

    [Fact]
    public void A_text_replaces_its_family_and_leaves_the_other()
    {
        RuleSet start = Reading.Good("-N mine\n-A INPUT -p tcp --dport 22 -j mine\n-6 -A INPUT -s fe80::/10 -j DROP\n-P FORWARD DROP\n");
        RuleSet after = Restoring.Good("*filter\n:INPUT DROP [7:8]\n:other - [0:0]\n-A INPUT -s 10.0.0.0/8 -j other\nCOMMIT\n", start);
        Assert.Equal(
            "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:other - [0:0]\n-A INPUT -s 10.0.0.0/8 -j other\nCOMMIT\n",
            Restoring.Save(after));
        Assert.Equal(Restoring.Save(start, Family.IPv6), Restoring.Save(after, Family.IPv6));
        Assert.Equal(Verdict.Accept, after.Find("INPUT")!.PolicyV6.Verdict);
    }

    [Fact]
    public void Lines_are_added_to_what_is_there_where_that_is_asked_for()
    {
        RuleSet start = Restoring.Good("*filter\n:a - [0:0]\n:b - [0:0]\n-A INPUT -j a\n-A a -j DROP\n-A b -j DROP\nCOMMIT\n");
        RuleSet after = Restoring.Good("*filter\n:a - [0:0]\n-A a -s 1.2.3.4 -j ACCEPT\n-I INPUT -i lo -j ACCEPT\n-D b 1\n-X b\nCOMMIT\n", start, Adding);
        Assert.Equal(["-A INPUT -i lo -j ACCEPT", "-A INPUT -j a", "-A a -s 1.2.3.4/32 -j ACCEPT"], Restoring.SavedRules(after));
        Assert.Null(after.Find("b"));
    }

    [Fact]
    public void Commands_meet_the_table_as_the_lines_before_have_left_it()
    {
        RuleSet after = Restoring.Good(
            """
            *filter
            -N x
            -N y
            -A INPUT -j x
            -A INPUT -s 1.1.1.1,2.2.2.2 -j DROP
            -I INPUT 2 -p udp -j y
            -R INPUT 1 -p tcp -j x
            -C INPUT -s 2.2.2.2 -j DROP
            -E x zz
            -D INPUT -s 1.1.1.1 -j DROP
            -A y -j RETURN
            -F y
            -P OUTPUT DROP
            COMMIT

            """);
        Assert.Equal(
            "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n:y - [0:0]\n:zz - [0:0]\n"
            + "-A INPUT -p tcp -j zz\n-A INPUT -p udp -j y\n-A INPUT -s 2.2.2.2/32 -j DROP\nCOMMIT\n",
            Restoring.Save(after));
    }

    [Fact]
    public void Counters_are_taken_only_where_that_is_asked_for()
    {
        const string Text = "*filter\n:INPUT ACCEPT [3:4]\n[1:2] -A INPUT -j DROP\n-A INPUT -c 5 6 -j ACCEPT\n-A INPUT\nCOMMIT\n";
        Assert.Equal(["[1:2] -A INPUT -j DROP", "[5:6] -A INPUT -j ACCEPT", "[0:0] -A INPUT"], Restoring.SavedRules(Restoring.Good(Text, null, Counting), withCounters: true));
        Assert.Contains(":INPUT ACCEPT [3:4]", Restoring.Save(Restoring.Good(Text, null, Counting)));
        Assert.Equal(["[0:0] -A INPUT -j DROP", "[5:6] -A INPUT -j ACCEPT", "[0:0] -A INPUT"], Restoring.SavedRules(Restoring.Good(Text), withCounters: true));
        Assert.Contains(":INPUT ACCEPT [0:0]", Restoring.Save(Restoring.Good(Text)));
    }

    [Fact]
    public void Zeroing_parts_a_rule_of_both_families()
    {
        RuleSet start = Reading.Good("-A INPUT -p tcp -j DROP\n-A INPUT -p udp -j DROP\n");
        RuleSet after = Restoring.Good("*filter\n-Z INPUT 2\nCOMMIT\n", start, Adding);
        Assert.Equal([null, default(Counters), null], after.Find("INPUT")!.Rules.Select(rule => rule.Counters));
        Assert.Equal([FamilySet.Both, FamilySet.IPv4, FamilySet.IPv6], after.Find("INPUT")!.Rules.Select(rule => rule.Families));
        Assert.Equal(Restoring.SavedRules(start), Restoring.SavedRules(after));
        Assert.Equal(Restoring.SavedRules(start, Family.IPv6), Restoring.SavedRules(after, Family.IPv6));
    }

    [Fact]
    public void Lines_of_the_other_family_are_passed_over()
    {
        const string Text = "*filter\n-4 -A INPUT -s 10.0.0.1 -j DROP\n-6 -A INPUT -s fe80::1 -j DROP\n-A INPUT -6 what ever\n-A INPUT -m comment --comment -6\nCOMMIT\n";
        Assert.Equal(["-A INPUT -s 10.0.0.1/32 -j DROP", "-A INPUT -m comment --comment -6"], Restoring.SavedRules(Restoring.Good(Text)));
        const string Other = "*filter\n-4 -A INPUT -s 10.0.0.1 -j DROP\n-6 -A INPUT -s fe80::1 -j DROP\nCOMMIT\n";
        Assert.Equal(["-A INPUT -s fe80::1/128 -j DROP"], Restoring.SavedRules(Restoring.Good(Other, null, V6), Family.IPv6));
    }

    [Theory]
    [InlineData("--comment \"a b\"", "\"a b\"")]
    [InlineData("--comment a\"b c\"", "\"ab c\"")]
    [InlineData("--comment \"\"", "\"\"")]
    [InlineData("--comment \"\\\"x\\\\ \\y\"", "\"\\\"x\\\\ y\"")]
    [InlineData("--comment 'a", "\"\\'a\"")]
    [InlineData("--comment a\\b", "\"a\\\\b\"")]
    [InlineData("--comment \t  #no", "\"#no\"")]
    public void Words_are_split_as_iptables_restore_splits_them(string written, string printed) =>
        Assert.Equal([$"-A INPUT -m comment --comment {printed}"], Restoring.SavedRules(Restoring.Good($"*filter\n-A INPUT -m comment {written}\nCOMMIT\n")));

    [Theory]
    [InlineData("*filter\n-A INPUT -j DROP\n", RestoreErrorKind.CommitExpected, 3)]
    [InlineData("*filter\n-A INPUT -j DROP\nCOMMIT", RestoreErrorKind.BadLine, 3)]
    [InlineData("COMMIT\n", RestoreErrorKind.Failed, 1)]
    [InlineData("iptables -A INPUT\n", RestoreErrorKind.Failed, 1)]
    [InlineData("*filter\niptables -A INPUT\nCOMMIT\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n\n# text\n  \nCOMMIT\n", RestoreErrorKind.BadLine, 4)]
    [InlineData("*foo\nCOMMIT\n", RestoreErrorKind.BadLine, 1)]
    [InlineData("*\n", RestoreErrorKind.BadLine, 1)]
    [InlineData("*filter\n*filter\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\r\nCOMMIT\r\n", RestoreErrorKind.BadLine, 1)]
    [InlineData("*filter\n:\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n:INPUT\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n:INPUT FOO\n", RestoreErrorKind.BadPolicy, 2)]
    [InlineData("*filter\n:x ACCEPT\n", RestoreErrorKind.BadPolicy, 2)]
    [InlineData("*filter\n:x -\n:x -\n", RestoreErrorKind.BadLine, 3)]
    [InlineData("*filter\n:12345678901234567890123456789 -\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A x -j DROP\n", RestoreErrorKind.Failed, 2)]
    [InlineData("*filter\n-A INPUT -j x\n:x -\nCOMMIT\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A INPUT -g x\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A INPUT -j OUTPUT\n", RestoreErrorKind.Failed, 2)]
    [InlineData("*filter\n:x -\n-A INPUT -j x\n-X x\n", RestoreErrorKind.Failed, 4)]
    [InlineData("*filter\n:x -\n-A INPUT -j x\n-X\n", RestoreErrorKind.Failed, 4)]
    [InlineData("*filter\n:x -\n:y -\n-A x -j y\n-A y -j x\nCOMMIT\n", RestoreErrorKind.Refused, 6)]
    [InlineData("*filter\n-D INPUT 1\n", RestoreErrorKind.Failed, 2)]
    [InlineData("*filter\n-D INPUT 0\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-I INPUT 2 -j DROP\n", RestoreErrorKind.Failed, 2)]
    [InlineData("*filter\n-A INPUT -j DROP\n-C INPUT -j ACCEPT\n", RestoreErrorKind.Failed, 3)]
    [InlineData("*filter\n-Z INPUT 1\n", RestoreErrorKind.Failed, 2)]
    [InlineData("*filter\n-N x\n-N x\n", RestoreErrorKind.Failed, 3)]
    [InlineData("*filter\n-t filter -A INPUT\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A INPUT -w\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-L\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n[1:2 -A INPUT\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n[12] -A INPUT\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A INPUT -m comment --comment \"a\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A INPUT -m comment --comment a\0b\n", RestoreErrorKind.BadLine, 2)]
    [InlineData("*filter\n-A INPUT -s fe80::1\n", RestoreErrorKind.BadLine, 2)]
    public void The_first_wrong_line_ends_the_text(string text, RestoreErrorKind kind, int line)
    {
        RestoreError error = Restoring.Bad(text);
        Assert.Equal((kind, line), (error.Kind, error.Line));
    }

    [Fact]
    public void Counters_in_brackets_must_be_numbers_where_they_count()
    {
        Assert.Equal("-c packet counter not numeric", Restoring.Bad("*filter\n[x:1] -A INPUT\nCOMMIT\n", null, Counting).Text);
        Assert.Equal("invalid policy counters for chain 'INPUT'", Restoring.Bad("*filter\n:INPUT DROP\nCOMMIT\n", null, Counting).Text);
        Restoring.Good("*filter\n[x:y] -A INPUT\n:INPUT DROP [x:y]\nCOMMIT\n");
    }

    [Fact]
    public void The_last_of_several_filter_tables_is_what_stays() =>
        Assert.Equal(["-A INPUT -j ACCEPT"], Restoring.SavedRules(Restoring.Good("*filter\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n")));

    [Fact]
    public void Other_tables_are_kept_apart_line_by_line()
    {
        const string Text = "# a\n*nat\n-A whatever \"\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n*raw\nCOMMIT\n";
        RestoreOutline outline = RestoreOutline.Of(Encoding.UTF8.GetBytes(Text), only: null);
        Assert.True(outline.HasFilter);
        Assert.Equal(["nat", "raw"], outline.Others);
        Assert.Equal("\n*nat\n-A whatever \"\nCOMMIT\n\n\n\n*raw\nCOMMIT\n", Encoding.UTF8.GetString(outline.Foreign.Span));
        Assert.Equal(["-A INPUT -j DROP"], Restoring.SavedRules(Restoring.Good(Text)));
        Assert.Empty(RestoreOutline.Of(Encoding.UTF8.GetBytes(Text), only: "filter").Others);
    }

    [Fact]
    public void One_table_can_be_asked_for()
    {
        RestoreOptions filter = V4 with { Table = "filter" };
        Restoring.Good("garbage\n*foo\n-A\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n", null, filter);
        Assert.Equal(5, Restoring.Bad("*nat\nCOMMIT\n*filter\nCOMMIT\ngarbage\n", null, filter).Line);
        Assert.False(Restoring.Read("*filter\n-A wrong\nCOMMIT\n", null, V4 with { Table = "nat" }).HasFilter);
    }

    [Fact]
    public void Host_names_are_saved_as_their_addresses()
    {
        RuleSet rules = Reading.Good("-A INPUT -s bigmart.com -d v4.example -j ACCEPT\n-A INPUT -d bigmart.com -j DROP\n");
        Assert.Equal(
            [
                "-A INPUT -s 192.0.2.10/32 -d 192.0.2.20/32 -j ACCEPT", "-A INPUT -s 192.0.2.11/32 -d 192.0.2.20/32 -j ACCEPT",
                "-A INPUT -d 192.0.2.10/32 -j DROP", "-A INPUT -d 192.0.2.11/32 -j DROP",
            ],
            Restoring.SavedRules(rules));
        Assert.Equal(["-A INPUT -d 2001:db8::10/128 -j DROP"], Restoring.SavedRules(rules, Family.IPv6));
    }
}
