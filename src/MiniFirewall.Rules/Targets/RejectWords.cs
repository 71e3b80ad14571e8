using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Targets;

/// <summary>The words of --reject-with, each family's in upstream's order (libipt_REJECT.c, libip6t_REJECT.c): the first that begins as written is meant.</summary>
internal static class RejectWords
{
    private static readonly (string Name, string Alias, Answer Answer)[] V4 =
    [
        ("icmp-net-unreachable", "net-unreach", Answer.NetUnreachable),
        ("icmp-host-unreachable", "host-unreach", Answer.HostUnreachable),
        ("icmp-proto-unreachable", "proto-unreach", Answer.ProtocolUnreachable),
        ("icmp-port-unreachable", "port-unreach", Answer.PortUnreachable),
        ("icmp-net-prohibited", "net-prohib", Answer.NetProhibited),
        ("icmp-host-prohibited", "host-prohib", Answer.HostProhibited),
        ("tcp-reset", "tcp-rst", Answer.TcpReset),
        ("icmp-admin-prohibited", "admin-prohib", Answer.AdminProhibited),
    ];

    private static readonly (string Name, string Alias, Answer Answer)[] V6 =
    [
        ("icmp6-no-route", "no-route", Answer.NoRoute),
        ("icmp6-adm-prohibited", "adm-prohibited", Answer.AdministrativelyProhibited),
        ("icmp6-addr-unreachable", "addr-unreach", Answer.AddressUnreachable),
        ("icmp6-port-unreachable", "port-unreach", Answer.PortUnreachable),
        ("tcp-reset", "tcp-reset", Answer.TcpReset),
        ("icmp6-policy-fail", "policy-fail", Answer.PolicyFail),
        ("icmp6-reject-route", "reject-route", Answer.RejectRoute),
    ];

    internal static string WordOf(Answer answer, Family family) => TableOf(family).First(entry => entry.Answer == answer).Name;

    /// <summary>A word of one of the rule's families; where it means something in both, both must mean the same.</summary>
    internal static bool Read(Word word, ReadContext context, out RejectTarget target)
    {
        Answer? v4 = Find(word.Text, Family.IPv4, context), v6 = Find(word.Text, Family.IPv6, context);
        FamilySet named = (v4 is null ? FamilySet.None : FamilySet.IPv4) | (v6 is null ? FamilySet.None : FamilySet.IPv6);
        target = new RejectTarget(v4 ?? v6 ?? Answer.PortUnreachable, named);
        if (named == FamilySet.Both && v4 != v6)
        {
            context.Diagnostics.Report(
                ErrorCodes.FamilyConflict, word,
                $"{Show.Word(word.Text)} means {WordOf(v4!.Value, Family.IPv4)} in IPv4 and {WordOf(v6!.Value, Family.IPv6)} in IPv6", "write a rule for each");
            return false;
        }

        if (named == FamilySet.None)
        {
            string[] words = [.. Known(context).Distinct()];
            context.Diagnostics.Report(
                ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is nothing that REJECT can answer", Nearest.HintOr(word.Text, words, Show.Choice(words)),
                Convention.Usage($"unknown reject type \"{word.Text}\""));
        }

        return named != FamilySet.None;
    }

    /// <summary>Only TCP has resets; the kernel asks for -p tcp, not negated.</summary>
    internal static bool Check(object state, Word place, ReadContext context)
    {
        bool fits = ((RejectTarget)state).Answer != Answer.TcpReset || context.Protocol is { Number: ProtocolNames.Tcp, Negated: false };
        if (!fits)
        {
            context.Diagnostics.Report(ErrorCodes.WrongProtocol, place, "--reject-with tcp-reset needs -p tcp", "write -p tcp in this rule", Convention.InvalidArgument);
        }

        return fits;
    }

    private static (string Name, string Alias, Answer Answer)[] TableOf(Family family) => family == Family.IPv4 ? V4 : V6;

    private static IEnumerable<string> Known(ReadContext context) => new[] { Family.IPv4, Family.IPv6 }
        .Where(family => context.Families.Has(family)).SelectMany(family => TableOf(family).Select(entry => entry.Name));

    private static Answer? Find(string text, Family family, ReadContext context)
    {
        if (text.Length == 0 || !context.Families.Has(family))
        {
            return null;
        }

        foreach ((string name, string alias, Answer answer) in TableOf(family))
        {
            if (name.StartsWith(text, StringComparison.OrdinalIgnoreCase) || alias.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            {
                return answer;
            }
        }

        return null;
    }
}
