using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>Matches that compute, as typed, as iptables-save 1.8.9 prints them and as iptables -L -n does.</summary>
public sealed class ComputedTextTests
{
    public static TheoryData<string, string, string> Lines => new()
    {
        { "-m string --string \"a b\" --algo bm", "-m string --string \"a b\" --algo bm", "STRING match  \"a b\" ALGO name bm" },
        { "-m string --string 'a\"b' --algo bm", "-m string --string \"a\\\"b\" --algo bm", "STRING match  \"a\\\"b\" ALGO name bm" },
        { "-m string --string 'a\\b' --algo bm", "-m string --string \"a\\\\b\" --algo bm", "STRING match  \"a\\\\b\" ALGO name bm" },
        { "-m string --string 'ab\\' --algo bm", "-m string --hex-string \"|61625c|\" --algo bm", "STRING match  \"|61625c|\" ALGO name bm" },
        { "-m string --string \"a'b\" --algo kmp --icase", "-m string --string \"a'b\" --algo kmp --icase", "STRING match  \"a'b\" ALGO name kmp ICASE" },
        { "-m string --hex-string \"|41|\" --algo bm", "-m string --string \"A\" --algo bm", "STRING match  \"A\" ALGO name bm" },
        { "-m string --hex-string \"ab|41 42 43|cd\" --algo bm", "-m string --string \"abABCcd\" --algo bm", "STRING match  \"abABCcd\" ALGO name bm" },
        { "-m string --hex-string 'a\\|b' --algo bm", "-m string --string \"a|b\" --algo bm", "STRING match  \"a|b\" ALGO name bm" },
        { "-m string --hex-string \"| 41|\" --algo bm", "-m string --string \"A\" --algo bm", "STRING match  \"A\" ALGO name bm" },
        { "-m string --hex-string \"|00|\" --algo bm", "-m string --hex-string \"|00|\" --algo bm", "STRING match  \"|00|\" ALGO name bm" },
        { "-m string --hex-string \"é\" --algo bm", "-m string --hex-string \"|c3a9|\" --algo bm", "STRING match  \"|c3a9|\" ALGO name bm" },
        { "-m string --string \"é\" --algo bm", "-m string --hex-string \"|c3a9|\" --algo bm", "STRING match  \"|c3a9|\" ALGO name bm" },
        { "-m string --algo bm --from 10 --to 20 --string a", "-m string --string \"a\" --algo bm --from 10 --to 20", "STRING match  \"a\" ALGO name bm FROM 10 TO 20" },
        { "-m string --algo bm --to 0 --string a", "-m string --string \"a\" --algo bm --to 0", "STRING match  \"a\" ALGO name bm TO 0" },
        { "-m string --algo bm --from 0x10 --to 0x20 --string a", "-m string --string \"a\" --algo bm --from 16 --to 32", "STRING match  \"a\" ALGO name bm FROM 16 TO 32" },
        { "-m string --algo bm ! --hex-string \"|00|\" --icase --from 5 --to 6", "-m string ! --hex-string \"|00|\" --algo bm --from 5 --to 6 --icase", "STRING match ! \"|00|\" ALGO name bm FROM 5 TO 6 ICASE" },
        { "-m u32 --u32 \"0>>22&0x3C@ 4 >>24=0x52,1:3&&2&0xFF=17\"", "-m u32 --u32 \"0x0>>0x16&0x3c@0x4>>0x18=0x52,0x1:0x3&&0x2&0xff=0x11\"", "u32 \"0x0>>0x16&0x3c@0x4>>0x18=0x52,0x1:0x3&&0x2&0xff=0x11\"" },
        { "-m u32 ! --u32 \"0=5:3\"", "-m u32 ! --u32 \"0x0=0x5:0x3\"", "u32 ! \"0x0=0x5:0x3\"" },
        { "-m u32 --u32 \"+1=1\"", "-m u32 --u32 \"0x1=0x1\"", "u32 \"0x1=0x1\"" },
        { "-m u32 --u32 \"0<<31=0\"", "-m u32 --u32 \"0x0<<0x1f=0x0\"", "u32 \"0x0<<0x1f=0x0\"" },
        { "-m u32 --u32 \"0&1&2&3&4&5&6&7&8&9=0\"", "-m u32 --u32 \"0x0&0x1&0x2&0x3&0x4&0x5&0x6&0x7&0x8&0x9=0x0\"", "u32 \"0x0&0x1&0x2&0x3&0x4&0x5&0x6&0x7&0x8&0x9=0x0\"" },
        { "-m u32 --u32 \"0=1,2,3,4,5,6,7,8,9,10\"", "-m u32 --u32 \"0x0=0x1,0x2,0x3,0x4,0x5,0x6,0x7,0x8,0x9,0xa\"", "u32 \"0x0=0x1,0x2,0x3,0x4,0x5,0x6,0x7,0x8,0x9,0xa\"" },
        { "-m u32 --u32 \"0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1&&0=1\"", "-m u32 --u32 \"0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1\"", "u32 \"0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1&&0x0=0x1\"" },
        { "-m u32 --u32 \"0 = 1 : 2 , 3 && 4 & 0xff = 7\"", "-m u32 --u32 \"0x0=0x1:0x2,0x3&&0x4&0xff=0x7\"", "u32 \"0x0=0x1:0x2,0x3&&0x4&0xff=0x7\"" },
        { "-m time", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time --timestart 10:00", "-m time --timestart 10:00:00 --timestop 23:59:59 --datestop 2038-01-19T03:14:07", "TIME from 10:00:00 to 23:59:59 UTC" },
        { "-m time --timestop 10:00", "-m time --timestart 00:00:00 --timestop 10:00:00 --datestop 2038-01-19T03:14:07", "TIME from 00:00:00 to 10:00:00 UTC" },
        { "-m time --timestart 23:00 --timestop 01:00 --contiguous", "-m time --timestart 23:00:00 --timestop 01:00:00 --datestop 2038-01-19T03:14:07 --contiguous", "TIME from 23:00:00 to 01:00:00 UTC contiguous" },
        { "-m time --timestart 01:00 --timestop 01:00 --contiguous", "-m time --timestart 01:00:00 --timestop 01:00:00 --datestop 2038-01-19T03:14:07 --contiguous", "TIME from 01:00:00 to 01:00:00 UTC contiguous" },
        { "-m time --timestart 1:2:3", "-m time --timestart 01:02:03 --timestop 23:59:59 --datestop 2038-01-19T03:14:07", "TIME from 01:02:03 to 23:59:59 UTC" },
        { "-m time --timestart 010:08:09", "-m time --timestart 10:08:09 --timestop 23:59:59 --datestop 2038-01-19T03:14:07", "TIME from 10:08:09 to 23:59:59 UTC" },
        { "-m time --datestart 2020", "-m time --datestart 2020-01-01T00:00:00 --datestop 2038-01-19T03:14:07", "TIME starting from 2020-01-01 00:00:00 UTC" },
        { "-m time --datestart 2020-02", "-m time --datestart 2020-02-01T00:00:00 --datestop 2038-01-19T03:14:07", "TIME starting from 2020-02-01 00:00:00 UTC" },
        { "-m time --datestart 2020-02-03T04", "-m time --datestart 2020-02-03T04:00:00 --datestop 2038-01-19T03:14:07", "TIME starting from 2020-02-03 04:00:00 UTC" },
        { "-m time --datestart 2020-02-03T04:05", "-m time --datestart 2020-02-03T04:05:00 --datestop 2038-01-19T03:14:07", "TIME starting from 2020-02-03 04:05:00 UTC" },
        { "-m time --datestart 2020-02-03T04:05:06", "-m time --datestart 2020-02-03T04:05:06 --datestop 2038-01-19T03:14:07", "TIME starting from 2020-02-03 04:05:06 UTC" },
        { "-m time --datestart 1970", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time --datestart 1970-01-01T00:00:01", "-m time --datestart 1970-01-01T00:00:01 --datestop 2038-01-19T03:14:07", "TIME starting from 1970-01-01 00:00:01 UTC" },
        { "-m time --datestart 2038", "-m time --datestart 2038-01-01T00:00:00 --datestop 2038-01-19T03:14:07", "TIME starting from 2038-01-01 00:00:00 UTC" },
        { "-m time --datestart 2038-12-31T23:59:59", "-m time --datestart 2038-12-31T23:59:59 --datestop 2038-01-19T03:14:07", "TIME starting from 2038-12-31 23:59:59 UTC" },
        { "-m time --datestop 2038-01-19T03:14:07", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time --datestop 2038-01-19T03:14:08", "-m time --datestop 2038-01-19T03:14:08", "TIME until date 2038-01-19 03:14:08 UTC" },
        { "-m time --datestop 2038-12-31", "-m time --datestop 2038-12-31T00:00:00", "TIME until date 2038-12-31 00:00:00 UTC" },
        { "-m time --datestop 2020 --datestart 2021", "-m time --datestart 2021-01-01T00:00:00 --datestop 2020-01-01T00:00:00", "TIME starting from 2021-01-01 00:00:00 until date 2020-01-01 00:00:00 UTC" },
        { "-m time --monthdays 1,31", "-m time --monthdays 1,31 --datestop 2038-01-19T03:14:07", "TIME on 1st,31st UTC" },
        { "-m time ! --monthdays 1,31", "-m time --monthdays 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30 --datestop 2038-01-19T03:14:07", "TIME on 2nd,3rd,4th,5th,6th,7th,8th,9th,10th,11st,12nd,13rd,14th,15th,16th,17th,18th,19th,20th,21st,22nd,23rd,24th,25th,26th,27th,28th,29th,30th UTC" },
        { "-m time --monthdays 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time --monthdays 1,2,3,11,12,13,21,22,23,31", "-m time --monthdays 1,2,3,11,12,13,21,22,23,31 --datestop 2038-01-19T03:14:07", "TIME on 1st,2nd,3rd,11st,12nd,13rd,21st,22nd,23rd,31st UTC" },
        { "-m time --weekdays 1,7", "-m time --weekdays Mon,Sun --datestop 2038-01-19T03:14:07", "TIME on Mon,Sun UTC" },
        { "-m time --weekdays Mo,Tuesday,Wed", "-m time --weekdays Mon,Tue,Wed --datestop 2038-01-19T03:14:07", "TIME on Mon,Tue,Wed UTC" },
        { "-m time --weekdays 0x1", "-m time --weekdays Mon --datestop 2038-01-19T03:14:07", "TIME on Mon UTC" },
        { "-m time --weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time ! --weekdays Mon", "-m time --weekdays Tue,Wed,Thu,Fri,Sat,Sun --datestop 2038-01-19T03:14:07", "TIME on Tue,Wed,Thu,Fri,Sat,Sun UTC" },
        { "-m time --kerneltz", "-m time --datestop 2038-01-19T03:14:07 --kerneltz", "TIME" },
        { "-m time --utc", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time --localtz", "-m time --datestop 2038-01-19T03:14:07 --kerneltz", "TIME" },
        { "-m time --timestart 00:00 --timestop 23:59:59", "-m time --datestop 2038-01-19T03:14:07", "TIME UTC" },
        { "-m time --timestart 00:00 --timestop 23:59:59 --kerneltz --weekdays 1 --monthdays 2 --datestart 2030 --datestop 2031", "-m time --monthdays 2 --weekdays Mon --datestart 2030-01-01T00:00:00 --datestop 2031-01-01T00:00:00 --kerneltz", "TIME on Mon on 2nd starting from 2030-01-01 00:00:00 until date 2031-01-01 00:00:00" },
        { "-m statistic --mode random --probability 0.5", "-m statistic --mode random --probability 0.50000000000", "statistic mode random probability 0.50000000000" },
        { "-m statistic --mode random ! --probability 0.5", "-m statistic --mode random ! --probability 0.50000000000", "statistic mode random ! probability 0.50000000000" },
        { "-m statistic --mode random --probability 0", "-m statistic --mode random --probability 0.00000000000", "statistic mode random probability 0.00000000000" },
        { "-m statistic --mode random --probability 1", "-m statistic --mode random --probability 1.00000000000", "statistic mode random probability 1.00000000000" },
        { "-m statistic --mode random --probability 0.333333333333", "-m statistic --mode random --probability 0.33333333349", "statistic mode random probability 0.33333333349" },
        { "-m statistic --mode random --probability 0.0000000001", "-m statistic --mode random --probability 0.00000000000", "statistic mode random probability 0.00000000000" },
        { "-m statistic --mode random --probability 0.0000000003", "-m statistic --mode random --probability 0.00000000047", "statistic mode random probability 0.00000000047" },
        { "-m statistic --mode random --probability 0.0000000006", "-m statistic --mode random --probability 0.00000000047", "statistic mode random probability 0.00000000047" },
        { "-m statistic --mode random --probability .25", "-m statistic --mode random --probability 0.25000000000", "statistic mode random probability 0.25000000000" },
        { "-m statistic --mode random --probability 1e-3", "-m statistic --mode random --probability 0.00100000016", "statistic mode random probability 0.00100000016" },
        { "-m statistic --mode random --probability 0.1", "-m statistic --mode random --probability 0.10000000009", "statistic mode random probability 0.10000000009" },
        { "-m statistic --mode random --probability 0.9999999999", "-m statistic --mode random --probability 1.00000000000", "statistic mode random probability 1.00000000000" },
        { "-m statistic --mode nth --every 3 --packet 0", "-m statistic --mode nth --every 3 --packet 0", "statistic mode nth every 3" },
        { "-m statistic --mode nth --every 3 --packet 2", "-m statistic --mode nth --every 3 --packet 2", "statistic mode nth every 3 packet 2" },
        { "-m statistic --mode nth ! --every 3 --packet 1", "-m statistic --mode nth ! --every 3 --packet 1", "statistic mode nth ! every 3 packet 1" },
        { "-m statistic --mode nth --every 0x10 --packet 0xf", "-m statistic --mode nth --every 16 --packet 15", "statistic mode nth every 16 packet 15" },
        { "-m bpf --bytecode '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'", "-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\"", "match bpf 48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0" },
        { "-m bpf --bytecode '4, 48 0 0 9, 21 0 1 6, 6 0 0 1, 6 0 0 0'", "-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\"", "match bpf 48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0" },
        { "-m bpf --bytecode '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0,'", "-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\"", "match bpf 48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0" },
        { "-m bpf --bytecode '1,6 0 0 -1'", "-m bpf --bytecode \"1,6 0 0 4294967295\"", "match bpf 6 0 0 4294967295" },
        { "-m bpf --bytecode '1,6 0 0 4294967295'", "-m bpf --bytecode \"1,6 0 0 4294967295\"", "match bpf 6 0 0 4294967295" },
        { "-m bpf --bytecode '1,22 0 0 1'", "-m bpf --bytecode \"1,22 0 0 1\"", "match bpf 22 0 0 1" },
        { "-m bpf --bytecode '1,6 0 0 1 '", "-m bpf --bytecode \"1,6 0 0 1\"", "match bpf 6 0 0 1" },
        { "-m bpf --bytecode ' 1,6 0 0 1'", "-m bpf --bytecode \"1,6 0 0 1\"", "match bpf 6 0 0 1" },
        { "-m bpf --bytecode '2,32 0 0 4294963220,6 0 0 1'", "-m bpf --bytecode \"2,32 0 0 4294963220,6 0 0 1\"", "match bpf 32 0 0 4294963220,6 0 0 1" },
        { "-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef", "-m cluster --cluster-local-nodemask 0x00000001 --cluster-total-nodes 2 --cluster-hash-seed 0xdeadbeef", "cluster node_mask=0x00000001 total_nodes=2 hash_seed=0xdeadbeef" },
        { "-m cluster --cluster-total-nodes 2 ! --cluster-local-node 2 --cluster-hash-seed 1", "-m cluster ! --cluster-local-nodemask 0x00000002 --cluster-total-nodes 2 --cluster-hash-seed 0x00000001", "cluster !node_mask=0x00000002 total_nodes=2 hash_seed=0x00000001" },
        { "-m cluster --cluster-total-nodes 2 --cluster-local-nodemask 3 --cluster-hash-seed 1", "-m cluster --cluster-local-nodemask 0x00000003 --cluster-total-nodes 2 --cluster-hash-seed 0x00000001", "cluster node_mask=0x00000003 total_nodes=2 hash_seed=0x00000001" },
        { "-m cluster --cluster-total-nodes 32 --cluster-local-node 32 --cluster-hash-seed 1", "-m cluster --cluster-local-nodemask 0x80000000 --cluster-total-nodes 32 --cluster-hash-seed 0x00000001", "cluster node_mask=0x80000000 total_nodes=32 hash_seed=0x00000001" },
        { "-p tcp -m osf --genre Linux", "-p tcp -m osf --genre Linux", "OS fingerprint match Linux" },
        { "-p tcp -m osf ! --genre Linux --ttl 1 --log 2", "-p tcp -m osf ! --genre Linux --ttl 1 --log 2", "OS fingerprint match ! Linux" },
        { "-p tcp -m osf --genre Linuxaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "-p tcp -m osf --genre Linuxaaaaaaaaaaaaaaaaaaaaaaaaaa", "OS fingerprint match Linuxaaaaaaaaaaaaaaaaaaaaaaaaaa" },
        { "-m rateest --rateest x --rateest-gt --rateest-bps 1mbit", "-m rateest --rateest x --rateest-gt --rateest-bps 1000Kbit", "rateest match x bps 125000 gt" },
        { "-m rateest --rateest x --rateest-bps 1000 --rateest-lt", "-m rateest --rateest x --rateest-lt --rateest-bps 1000bit", "rateest match x bps 125 lt" },
        { "-m rateest --rateest x --rateest-bps1 1000 --rateest-lt", "-m rateest --rateest x --rateest-lt --rateest-bps 0bit", "rateest match x bps 0 lt" },
        { "-m rateest --rateest x --rateest-pps 5 ! --rateest-eq", "-m rateest --rateest x ! --rateest-eq --rateest-pps 5", "rateest match x pps ! eq 5" },
        { "-m rateest --rateest x --rateest-delta --rateest-bps1 1mbit --rateest-lt --rateest-bps2 2MBps", "-m rateest --rateest-delta --rateest x --rateest-bps1 1000Kbit --rateest-lt --rateest-bps2 16000Kbit", "rateest match x delta bps 125000 2000000 lt" },
        { "-m rateest --rateest1 x --rateest2 y --rateest-bps --rateest-lt", "-m rateest --rateest1 x --rateest-lt --rateest-bps --rateest2 y", "rateest match x bps lt y bps" },
        { "-m rateest --rateest1 x --rateest2 y --rateest-bps --rateest-delta --rateest-bps1 1kbit --rateest-gt", "-m rateest --rateest-delta --rateest1 x --rateest-bps1 1000bit --rateest-gt --rateest-bps2 0bit --rateest2 y", "rateest match x delta bps 125 gt y bps 0" },
        { "-m rateest --rateest1 x --rateest2 y --rateest-pps --rateest-gt", "-m rateest --rateest1 x --rateest-gt --rateest-pps --rateest2 y", "rateest match x pps gt y pps" },
        { "-m rateest --rateest1 x --rateest-delta --rateest-pps1 1 --rateest-gt --rateest2 y --rateest-pps2 2", "-m rateest --rateest-delta --rateest1 x --rateest-pps1 1 --rateest-gt --rateest-pps2 2 --rateest2 y", "rateest match x delta pps 1 gt y pps 2" },
        { "-m rateest --rateest x --rateest-gt --rateest-pps", "-m rateest --rateest x --rateest-gt --rateest-pps 0", "rateest match x pps gt 0" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Prints_and_lists_as_upstream(string typed, string saved, string listed)
    {
        RuleSet rules = Extension.Good($"iptables -A INPUT {typed}");
        Rule rule = rules.Find("INPUT")!.Rules.Single();
        Assert.Equal(saved, rule.ToString());
        Assert.Equal(saved, Extension.Good($"*filter\n-A INPUT {saved}\nCOMMIT\n").Find("INPUT")!.Rules.Single().ToString());
        var writer = new RuleTextWriter();
        rule.Matches[^1].List(writer, new ListStyle(IsNumeric: true, NetworkNames.BuiltIn));
        Assert.Equal(listed, writer.ToString());
    }
}
