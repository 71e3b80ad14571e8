using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Verbs;
using Xunit;

namespace MiniFirewall.Tests.Verbs;

/// <summary>What is typed behind allow, deny, reject and limit, and the rules that it makes.</summary>
public sealed class VerbLanguageTests
{
    [Theory]
    [InlineData("allow 22/tcp", "INPUT", "-p tcp -m tcp --dport 22 -j ACCEPT")]
    [InlineData("allow 53", "INPUT", "-p tcp -m tcp --dport 53 -j ACCEPT\n-p udp -m udp --dport 53 -j ACCEPT")]
    [InlineData("allow domain", "INPUT", "-p tcp -m tcp --dport 53 -j ACCEPT\n-p udp -m udp --dport 53 -j ACCEPT")]
    [InlineData("allow smtp", "INPUT", "-p tcp -m tcp --dport 25 -j ACCEPT")]
    [InlineData("deny tftp", "INPUT", "-p udp -m udp --dport 69 -j DROP")]
    [InlineData("deny out 25/tcp", "OUTPUT", "-p tcp -m tcp --dport 25 -j DROP")]
    [InlineData("reject auth", "INPUT", "-p tcp -m tcp --dport 113 -j REJECT --reject-with tcp-reset")]
    [InlineData("reject 9/udp", "INPUT", "-p udp -m udp --dport 9 -j REJECT")]
    [InlineData("deny proto tcp from 10.0.0.0/8 to 192.168.0.1 port 25", "INPUT", "-s 10.0.0.0/8 -d 192.168.0.1/32 -p tcp -m tcp --dport 25 -j DROP")]
    [InlineData("allow proto udp from 1.2.3.5 port 5469 to 1.2.3.4 port 5469", "INPUT", "-s 1.2.3.5/32 -d 1.2.3.4/32 -p udp -m udp --sport 5469 --dport 5469 -j ACCEPT")]
    [InlineData("deny proto tcp from 2001:db8::/32 to any port 25", "INPUT", "-s 2001:db8::/32 -p tcp -m tcp --dport 25 -j DROP")]
    [InlineData("allow from 10.0.0.0/8", "INPUT", "-s 10.0.0.0/8 -j ACCEPT")]
    [InlineData("allow from 192.168.0.2/255.255.255.0", "INPUT", "-s 192.168.0.0/24 -j ACCEPT")]
    [InlineData("deny from any", "INPUT", "-j DROP")]
    [InlineData("allow in on eth0", "INPUT", "-i eth0 -j ACCEPT")]
    [InlineData("allow in on eth+ to any port 80 proto tcp", "INPUT", "-i eth+ -p tcp -m tcp --dport 80 -j ACCEPT")]
    [InlineData("allow out on eth0 to 192.168.0.1 port 22 proto tcp", "OUTPUT", "-d 192.168.0.1/32 -o eth0 -p tcp -m tcp --dport 22 -j ACCEPT")]
    [InlineData("allow 34,35:39/tcp", "INPUT", "-p tcp -m multiport --dports 34,35:39 -j ACCEPT")]
    [InlineData("allow 35:39/udp", "INPUT", "-p udp -m udp --dport 35:39 -j ACCEPT")]
    [InlineData("allow from any port 24 to any port 34,35 proto tcp", "INPUT", "-p tcp -m tcp --sport 24 -m multiport --dports 34,35 -j ACCEPT")]
    [InlineData("allow to 10.0.0.1 proto esp", "INPUT", "-d 10.0.0.1/32 -p esp -j ACCEPT")]
    [InlineData("allow to any port ssh from any port domain", "INPUT", "-p tcp -m tcp --sport 53 --dport 22 -j ACCEPT")]
    [InlineData("route allow in on eth1 out on eth2 to 10.0.0.0/8 port 80 from 192.168.0.0/16 proto tcp", "FORWARD", "-s 192.168.0.0/16 -d 10.0.0.0/8 -i eth1 -o eth2 -p tcp -m tcp --dport 80 -j ACCEPT")]
    [InlineData("allow 'Apache Full'", "INPUT", "-p tcp -m multiport --dports 80,443 -m comment --comment \"dapp_Apache%20Full\" -j ACCEPT")]
    [InlineData("allow from 10.0.0.0/8 to any app Bind9", "INPUT", "-s 10.0.0.0/8 -p tcp -m tcp --dport 53 -m comment --comment dapp_Bind9 -j ACCEPT\n-s 10.0.0.0/8 -p udp -m udp --dport 53 -m comment --comment dapp_Bind9 -j ACCEPT")]
    [InlineData("allow 22/tcp comment 'the office'", "INPUT", "-p tcp -m tcp --dport 22 -m comment --comment \"the office\" -j ACCEPT")]
    [InlineData("allow log 22/tcp", "INPUT", "-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix \"[UFW ALLOW] \"\n-p tcp -m tcp --dport 22 -j ACCEPT")]
    [InlineData("deny log-all from 10.0.0.1", "INPUT", "-s 10.0.0.1/32 -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix \"[UFW BLOCK] \"\n-s 10.0.0.1/32 -j DROP")]
    public void Words_make_these_rules(string typed, string chain, string rules) =>
        Assert.Equal(rules.Replace("\"dapp_Apache%20Full\"", "dapp_Apache%20Full", StringComparison.Ordinal), VerbTexts.Lines(VerbTexts.After(typed), chain).Replace("\"dapp_Apache%20Full\"", "dapp_Apache%20Full", StringComparison.Ordinal));

    [Fact]
    public void Limit_keeps_a_list_of_its_own_for_each_entry()
    {
        RuleSet rules = VerbTexts.After("limit ssh", "limit smtp");
        string[] lines = VerbTexts.Lines(rules, "INPUT").Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.Matches("^-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --set --name limit-[0-9a-f]{8} --rsource$", lines[0]);
        Assert.Matches("^-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 --name limit-[0-9a-f]{8} --rsource -j REJECT$", lines[1]);
        Assert.Equal("-p tcp -m tcp --dport 22 -j ACCEPT", lines[2]);
        Assert.NotEqual(lines[0][^17..], lines[3][^17..]);
    }

    [Theory]
    [InlineData("allow 22/tcp", FamilySet.Both)]
    [InlineData("allow from 10.0.0.1", FamilySet.IPv4)]
    [InlineData("allow from ::1 to any port 22", FamilySet.IPv6)]
    [InlineData("allow from 0.0.0.0/0 to any port 22 proto tcp", FamilySet.IPv4)]
    public void One_entry_is_for_both_families_unless_it_names_one(string typed, FamilySet families)
    {
        Entry entry = Assert.Single(EntryList.Of(VerbTexts.After(typed)).Entries);
        Assert.Equal(families, entry.Families);
    }

    [Theory]
    [InlineData("allow", "what? Name a port")]
    [InlineData("allow in", "names no port, address or interface")]
    [InlineData("allow 25a", "'25a' is neither a port, a service")]
    [InlineData("allow 0", "'0' is neither a port from 1 to 65535")]
    [InlineData("allow 65536", "'65536' is neither a port")]
    [InlineData("allow 99999999999999999999", "is neither a port")]
    [InlineData("deny XXX", "'XXX' is neither")]
    [InlineData("alow 25", "'alow' is no action")]
    [InlineData("allow prot tcp from any", "'prot' is neither")]
    [InlineData("allow proto tcp fro any", "'proto' goes with from and to")]
    [InlineData("allow proto tcp to any por 25", "'por' is not understood")]
    [InlineData("allow port 25", "'port' stands behind an address")]
    [InlineData("allow to 10.0.0.300", "10.0.0.300")]
    [InlineData("allow proto tcq to any", "tcq")]
    [InlineData("allow proto tcp proto udp to any port 25", "'proto' stands once")]
    [InlineData("allow proto esp to any port 25", "protocol esp has no ports here")]
    [InlineData("allow to", "behind 'to' stands an address")]
    [InlineData("allow to port 25", "behind 'to' stands an address")]
    [InlineData("allow to any port", "behind 'port' stands a port")]
    [InlineData("allow from 192.168.0.1 from", "'from' stands twice")]
    [InlineData("allow from 192.168.0.1 to", "behind 'to' stands")]
    [InlineData("allow from from 192.168.0.1", "behind 'from' stands")]
    [InlineData("allow to 10.0.0.1 from 2001:db8::/32", "IPv6")]
    [InlineData("allow from 10.0.0.1,10.0.0.2", "is not one address")]
    [InlineData("allow smtp/udp", "smtp is no service of udp")]
    [InlineData("allow to any port smtp from any port tftp", "no protocol in common")]
    [InlineData("allow to any port smtp from any port 23 proto udp", "no service of udp")]
    [InlineData("allow 20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35/tcp", "more than 15 ports")]
    [InlineData("allow 20,21", "several ports need their protocol")]
    [InlineData("allow 35:39", "several ports need their protocol")]
    [InlineData("allow 20,/tcp", "'' is neither a port")]
    [InlineData("allow 20:/tcp", "'20:' is neither")]
    [InlineData("allow 24:20/tcp", "ends before it begins")]
    [InlineData("allow http,25/tcp", "mixes names and numbers")]
    [InlineData("allow 20,2L/tcp", "mixes names and numbers")]
    [InlineData("allow 22/sctp", "is neither tcp nor udp")]
    [InlineData("allow logg 22", "'logg' is neither")]
    [InlineData("allow log in on eth0", "'in' stands once, right behind allow")]
    [InlineData("allow on eth0", "'on' stands behind")]
    [InlineData("allow in on eth0:1", "'eth0:1' is not an interface's name")]
    [InlineData("allow in on e%th0", "not an interface's name")]
    [InlineData("allow in eth0", "'eth0' is neither")]
    [InlineData("allow 22 23", "'23' is not understood")]
    [InlineData("allow 22 comment", "behind 'comment' stands a text")]
    [InlineData("allow 22 comment two words", "'words' stands behind the comment")]
    [InlineData("allow 22 comment dapp_x", "stands for an application's profile")]
    [InlineData("allow to any app Nosuch", "no application profile 'Nosuch'")]
    [InlineData("allow Samba/tcp", "neither a port, a service")]
    [InlineData("allow to any app Samba proto tcp", "says the ports")]
    [InlineData("route allow in eth0", "stands 'on' and an interface")]
    [InlineData("insert 3 allow 24", "3 is no place")]
    [InlineData("delete 2", "there is no entry 2")]
    [InlineData("delete allow 9999", "there is no entry 'allow in 9999'")]
    [InlineData("logging on", "no default denies")]
    public void What_is_wrong_is_said(string typed, string message) =>
        Assert.Contains(message, Assert.Throws<VerbException>(() => VerbTexts.After("allow 24", typed)).Message);
}
