using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>iptables' own extension tests: what it takes, what it refuses and how it prints what it took.</summary>
public sealed class UpstreamTests
{
    /// <summary>Files of iptables-t and the families they are for.</summary>
    public static TheoryData<string, FamilySet> Files => new()
    {
        { "libxt_tcp.t", FamilySet.Both }, { "libxt_udp.t", FamilySet.Both }, { "libipt_icmp.t", FamilySet.IPv4 },
        { "libip6t_icmp6.t", FamilySet.IPv6 }, { "libxt_multiport.t", FamilySet.Both }, { "libxt_iprange.t", FamilySet.Both },
        { "libipt_iprange.t", FamilySet.IPv4 }, { "libip6t_iprange.t", FamilySet.IPv6 }, { "libxt_comment.t", FamilySet.Both },
        { "libxt_mark.t", FamilySet.Both }, { "libxt_length.t", FamilySet.Both }, { "libipt_ttl.t", FamilySet.IPv4 },
        { "libip6t_hl.t", FamilySet.IPv6 }, { "iptables.t", FamilySet.Both }, { "libxt_standard.t", FamilySet.Both },
        { "libipt_standard.t", FamilySet.IPv4 }, { "libip6t_standard.t", FamilySet.IPv6 },
        { "libxt_string.t", FamilySet.Both }, { "libxt_time.t", FamilySet.Both },
        { "libipt_LOG.t", FamilySet.IPv4 }, { "libip6t_LOG.t", FamilySet.IPv6 },
        { "libxt_conntrack.t", FamilySet.Both }, { "libipt_conntrack.t", FamilySet.IPv4 }, { "libip6t_conntrack.t", FamilySet.IPv6 },
        { "libxt_state.t", FamilySet.Both }, { "libxt_connlimit.t", FamilySet.Both }, { "libipt_connlimit.t", FamilySet.IPv4 },
        { "libip6t_connlimit.t", FamilySet.IPv6 }, { "libxt_hashlimit.t", FamilySet.Both }, { "libxt_limit.t", FamilySet.Both },
        { "libxt_recent.t", FamilySet.Both }, { "libipt_recent.t", FamilySet.IPv4 }, { "libip6t_recent.t", FamilySet.IPv6 },
        { "libxt_set.t", FamilySet.Both }, { "libipt_REJECT.t", FamilySet.IPv4 }, { "libip6t_REJECT.t", FamilySet.IPv6 },
        { "libxt_NFLOG.t", FamilySet.Both }, { "libxt_MARK.t", FamilySet.Both },
        { "libip6t_rt.t", FamilySet.IPv6 },
        { "libxt_addrtype.t", FamilySet.IPv4 }, { "libxt_mac.t", FamilySet.Both }, { "libxt_owner.t", FamilySet.Both },
        { "libxt_physdev.t", FamilySet.Both }, { "libxt_policy.t", FamilySet.Both }, { "libipt_policy.t", FamilySet.IPv4 },
        { "libip6t_policy.t", FamilySet.IPv6 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Agrees_with_iptables(string file, FamilySet families)
    {
        string[] chains = [];
        bool isFilter = true;
        List<string> wrong = [];
        foreach (string line in File.ReadLines(Path.Combine(SharedData.Folder("iptables-t"), file)))
        {
            if (line.StartsWith(':'))
            {
                chains = [.. line[1..].Split(',').Where(chain => chain is "INPUT" or "FORWARD" or "OUTPUT")];
            }
            else if (line.StartsWith('*'))
            {
                isFilter = line == "*filter";
            }
            else if (isFilter && line.Length > 0 && line[0] != '#')
            {
                wrong.AddRange(chains.SelectMany(chain => Check(chain, line, families)).Where(problem => problem.Length > 0));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<string> Check(string chain, string line, FamilySet families)
    {
        string[] parts = line.Split(';');
        string expected = parts[1] == "=" ? parts[0] : parts[1];
        foreach (FamilySet family in new[] { FamilySet.IPv4, FamilySet.IPv6 }.Where(family => (families & family) != 0))
        {
            ReadResult result = RuleSetReader.Read("line", $"-A {chain} {parts[0]}", Reading.Options(family) with { TakesLacking = true });
            yield return (result.Rules, parts[2]) switch
            {
                (null, "FAIL") => "",
                (null, _) => $"{chain}: {line}: {result.Diagnostics[0]}",
                (_, "FAIL") => $"{chain}: {line}: is taken",
                (RuleSet rules, _) => rules.Find(chain)!.Rules.Single().ToString() is var printed && printed == expected ? "" : $"{chain}: {line}: prints {printed}",
            };
        }
    }
}
