using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What matches that compute do not take, or not in force.</summary>
public sealed class ComputedRefusalTests
{
    public static TheoryData<string> Lines =>
    [
        "-m u32 --u32 \"010=011\"",
        "-m time --timestart \" 1:2\"",
        "-m time --datestart 2020-02-30",
        "-m time --datestart 2020-00-00",
        "-m time --monthdays 0",
        "-m time --monthdays 0,1",
        "-m time --monthdays \"\"",
        "-m time --monthdays 1,,2",
        "-m time --monthdays 010",
        "-m time --monthdays 123",
        "-m time --weekdays 8",
        "-m time --weekdays 9",
        "-m time --weekdays \"\"",
        "-m time ! --weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun",
        "-m statistic --mode random --probability 0x0.8",
        "-m statistic --mode random --probability nan",
        "-m bpf --bytecode '1,6 0 0 1 5'",
        "-m bpf --bytecode '1,6 0 0 0xff'",
        "-m bpf --bytecode '1,6 0 0 4294967296'",
        "-m bpf --bytecode '1,6 256 0 1'",
        "-m bpf --bytecode '1,65542 0 0 1'",
        "-m rateest --rateest x --rateest-gt --rateest-lt --rateest-pps 5",
        "-m rateest --rateest x --rateest-pps 1 --rateest-bps 1 --rateest-gt",
        "-m string --string \"\" --algo bm",
        "-m string --hex-string \"\" --algo bm",
        "-m string --hex-string \"|41 4g|\" --algo bm",
        "-m string --hex-string \"|41\" --algo bm",
        "-m string --hex-string \"|414|\" --algo bm",
        "-m string --hex-string \"|4|\" --algo bm",
        "-m string --hex-string 'ab\\' --algo bm",
        "-m string --hex-string '|41\\|' --algo bm",
        "-m string --hex-string \"|\" --algo bm",
        "-m string --hex-string \"||\" --algo bm",
        "-m string --hex-string \"a||b\" --algo bm",
        "-m string --hex-string \"|41  42|\" --algo bm",
        "-m string --string \"a\" --algo fsm",
        "-m string --string \"a\" --algo foo",
        "-m string --string \"a\" --algo \"averyveryverylongname\"",
        "-m string --string \"a\" --algo BM",
        "-m string --string \"a\"",
        "-m string --algo bm --from 20 --to 10 --string a",
        "-m string --algo bm --from 70000 --string a",
        "-m string --algo bm --from 10 --from 11 --string a",
        "-m string --algo bm --string a --hex-string b",
        "-m string --algo bm --string a --string b",
        "-m string --algo bm ! --icase --string b",
        "-m string --algo bm ! --from 1 --string b",
        "-m string ! --algo bm --string b",
        "-m string --algo bm --string aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "-m string --algo bm --string aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "-m string --algo bm --hex-string aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "-m string --algo bm --hex-string aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "-m u32 --u32 \"0=1\" --u32 \"0=2\"",
        "-m u32 --u32 \"0\"",
        "-m u32 --u32 \"0=\"",
        "-m u32 --u32 \"=1\"",
        "-m u32 --u32 \"\"",
        "-m u32",
        "-m u32 --u32 \"0<1=1\"",
        "-m u32 --u32 \"0>1=1\"",
        "-m u32 --u32 \"0|1=1\"",
        "-m u32 --u32 \"0&&1=1\"",
        "-m u32 --u32 \"0=1&2\"",
        "-m u32 --u32 \"0=1&&\"",
        "-m u32 --u32 \"0=1;2\"",
        "-m u32 --u32 \"0=1,\"",
        "-m u32 --u32 \"0=1:\"",
        "-m u32 --u32 \"0=&&1=1\"",
        "-m u32 --u32 \"-1=-1\"",
        "-m u32 --u32 \"0x1ffffffff=1\"",
        "-m u32 --u32 \"0=0x100000001\"",
        "-m u32 --u32 \"0=99999999999999999999999\"",
        "-m u32 --u32 \"0<<32=0\"",
        "-m u32 --u32 \"0>>40=0\"",
        "-m u32 --u32 \"0&1&2&3&4&5&6&7&8&9&10=0\"",
        "-m u32 --u32 \"0=1,2,3,4,5,6,7,8,9,10,11\"",
        "-m u32 --u32 \"0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1\"",
        "-m u32 --u32 \"0 = 1 = 2\"",
        "-m u32 --u32 \"08=1\"",
        "-m u32 --u32 \"0x=1\"",
        "-m time --timestart 01:00 --timestop 23:00 --contiguous",
        "-m time --contiguous",
        "-m time --timestart 24:00",
        "-m time --timestart 10",
        "-m time --timestart 10:60",
        "-m time --timestart 10:00:60",
        "-m time --timestart 1:2:3:4",
        "-m time --datestart 2020-13",
        "-m time --datestart 2020-02-03T24:00",
        "-m time --datestart 2020-02-03t04",
        "-m time --datestart \"2020-02-03 04:05\"",
        "-m time --datestart 1969",
        "-m time --datestart 2039",
        "-m time --datestop 2106",
        "-m time --monthdays 32",
        "-m time --monthdays 1-3",
        "-m time --weekdays 0",
        "-m time --weekdays mon",
        "-m time --weekdays M",
        "-m time --weekdays Mon Tue",
        "-m time --weekdays Mon --weekdays Tue",
        "-m time ! --timestart 10:00",
        "-m time ! --datestart 2020",
        "-m time --utc --kerneltz",
        "-m time --utc --localtz",
        "-m statistic",
        "-m statistic --mode random",
        "-m statistic ! --mode random --probability 0.5",
        "-m statistic --mode random --probability 1.1",
        "-m statistic --mode random --probability -0.1",
        "-m statistic --mode random --probability abc",
        "-m statistic --mode random --probability 0.5x",
        "-m statistic --probability 0.5",
        "-m statistic --mode nth",
        "-m statistic --mode nth --every 3",
        "-m statistic --mode nth --every 3 --packet 3",
        "-m statistic --mode nth --every 3 ! --packet 1",
        "-m statistic --mode nth --every 1",
        "-m statistic --mode nth --every 0",
        "-m statistic --mode nth --every 4294967295",
        "-m statistic --mode nth --every 4294967296",
        "-m statistic --mode nth --packet 1",
        "-m statistic --mode nth --probability 0.5",
        "-m statistic --mode random --every 3",
        "-m statistic --mode random --every 3 --probability 0.5",
        "-m statistic --mode nth --every 3 --probability 0.5",
        "-m statistic --mode foo --every 3",
        "-m statistic --mode RANDOM --probability 0.5",
        "-m statistic --mode nth --every 3 --every 4",
        "-m statistic --mode nth --mode nth --every 4",
        "-m statistic ! --mode nth --every 4",
        "-m bpf --bytecode '3,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'",
        "-m bpf --bytecode '5,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'",
        "-m bpf --bytecode '0'",
        "-m bpf --bytecode ''",
        "-m bpf --bytecode 'x'",
        "-m bpf --bytecode '1,6 0 0'",
        "-m bpf --bytecode '1,65536 0 0 1'",
        "-m bpf --bytecode '1,0 0 0 1'",
        "-m bpf --bytecode '2,5 0 0 1,6 0 0 1'",
        "-m bpf --bytecode '2,52 0 0 0,6 0 0 1'",
        "-m bpf --bytecode '2,100 0 0 32,6 0 0 1'",
        "-m bpf --bytecode '2,96 0 0 1,6 0 0 1'",
        "-m bpf --bytecode '1,255 0 0 1'",
        "-m bpf --bytecode '65,6 0 0 1,6 0 0 1'",
        "-m bpf ! --bytecode '1,6 0 0 1'",
        "-m bpf",
        "-m bpf --object-pinned /nonexistent --bytecode '1,6 0 0 1'",
        "-m bpf --bytecode '1,6 0 0 1' --bytecode '1,6 0 0 1'",
        "-m bpf --bytecode '1 ,6 0 0 1'",
        "-m bpf --bytecode '1,6,0,0,1'",
        "-m bpf --bytecode '2,6 0 0 1,48 0 0 4294963200'",
        "-m bpf --bytecode '2,32 0 0 4294963264,6 0 0 1'",
        "-m cluster --cluster-total-nodes 2 --cluster-local-nodemask 4 --cluster-hash-seed 1",
        "-m cluster --cluster-total-nodes 2 --cluster-local-node 3 --cluster-hash-seed 1",
        "-m cluster --cluster-total-nodes 33 --cluster-local-node 3 --cluster-hash-seed 1",
        "-m cluster --cluster-total-nodes 0 --cluster-local-node 3 --cluster-hash-seed 1",
        "-m cluster --cluster-total-nodes 2 --cluster-hash-seed 1",
        "-m cluster --cluster-local-node 1 --cluster-hash-seed 1",
        "-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-local-nodemask 1 --cluster-hash-seed 1",
        "-m cluster --cluster-total-nodes 2 --cluster-local-nodemask 0 --cluster-hash-seed 1",
        "-m osf --genre Linux",
        "-m osf ! --genre Linux --ttl 1 --log 2",
        "-m osf --genre \"Win XP\"",
        "-m osf --genre Linux --ttl 3",
        "-m osf --genre Linux --log 3",
        "-m osf --ttl 1",
        "-m ipvs --vdir foo",
        "-m ipvs --vmethod foo",
        "-m ipvs ! --ipvs --vport 1",
        "-m ipvs",
        "-m nfacct",
        "-m nfacct --nfacct-name \"\"",
        "-m rateest --rateest x",
        "-m rateest --rateest x --rateest-gt",
        "-m rateest --rateest-gt --rateest-pps 5",
        "-m rateest",
        "-m rateest --rateest x --rateest-bps 1foo --rateest-gt",
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Is_refused(string typed) => Assert.NotEmpty(Extension.Bad($"iptables -A INPUT {typed}"));

    [Theory]
    [InlineData("-m string --algo bm --string \"\"", "MFW1531: the string is empty; 1 to 128 bytes")]
    [InlineData("-m string --algo bm --hex-string \"|41 4g|\"", "MFW1531: '|41 4g|' is not a string with hexadecimal bytes: between bars stand two digits a byte, with one blank at most between bytes; such as 'GET |2f 0d0a|'")]
    [InlineData("-m string --algo fsm --string a", "MFW1532: 'fsm' is not a way to look for a string; bm or kmp: both find the same")]
    [InlineData("-m string --string a", "MFW1311: string needs --algo; write it after 'string'")]
    [InlineData("-m string --algo bm --from 20 --to 10 --string a", "MFW1503: --from 20 is behind --to 10; write the smaller offset after --from")]
    [InlineData("-m u32 --u32 \"0=1;2\"", "MFW1533: u32: ',' or '&&' is expected at ';2'; such as 0>>22&0x3C@12>>26&0x3C@0=0x1:0xff")]
    [InlineData("-m u32 --u32 \"0<<32=0\"", "MFW1533: u32: a word is shifted by 31 at most at '=0'; such as 0>>22&0x3C@12>>26&0x3C@0=0x1:0xff")]
    [InlineData("-m time --datestart 2020-02-30", "MFW1534: 2020-02-30 is no day; this month's days are 1 to 29")]
    [InlineData("-m time --contiguous", "MFW1534: --contiguous is for a time that goes over midnight; write a --timestop that is earlier than the --timestart, or leave --contiguous out")]
    [InlineData("-m statistic --mode nth --every 3", "MFW1311: statistic --every needs --packet; write it after 'statistic'")]
    [InlineData("-m bpf --bytecode \"2,6 0 0 1,0 0 0 1\"", "MFW1535: the bytecode is not a program: instruction 1 ('0 0 0 1'): the last instruction does not return; COUNT,CODE JT JF K,... such as '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'")]
    public void Says_what_would_be_right(string typed, string message)
    {
        Diagnostic diagnostic = Assert.Single(Extension.Bad($"iptables -A INPUT {typed}"));
        Assert.EndsWith(message, diagnostic.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-m bpf --object-pinned /sys/fs/bpf/x")]
    [InlineData("-m bpf --bytecode \"2,32 0 0 4294963204,6 0 0 1\"")]
    [InlineData("-m bpf --bytecode \"2,32 0 0 4292870144,6 0 0 1\"")]
    public void Is_read_and_cannot_be_in_force(string typed)
    {
        Rule rule = Extension.Good($"iptables -A INPUT {typed}").Find("INPUT")!.Rules.Single();
        Assert.NotNull(rule.Matches[^1].Lack);
        Assert.Equal(ErrorCodes.NotInForce, Assert.Single(Extension.Bad($"iptables -A INPUT {typed}", takesLacking: false)).Code);
    }

    [Fact]
    public void Ipvs_is_printed_as_upstream_does() => Assert.Equal(
        "-m ipvs --vproto 6 ! --vaddr 192.0.2.0/24 --vport 80 --vdir REPLY --vmethod MASQ",
        Extension.Good("iptables -A INPUT -m ipvs --vport http --vproto tcp ! --vaddr 192.0.2.0/24 --vdir reply --vmethod masq").Find("INPUT")!.Rules.Single().ToString());
}
