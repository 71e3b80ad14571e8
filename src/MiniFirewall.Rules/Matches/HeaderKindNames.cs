using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>Kinds of IPv6 headers as text: names of libip6t_ipv6header.c, protocols' names and numbers.</summary>
internal static class HeaderKindNames
{
    /// <summary>In the order printed; the first name is the one printed. Others are those of /etc/protocols, which has some in capitals too.</summary>
    private static readonly (HeaderKindSet Kind, string[] Names)[] Table =
    [
        (HeaderKindSet.HopByHop, ["hop-by-hop", "hop", "hopopt", "HOPOPT", "0"]),
        (HeaderKindSet.DestinationOptions, ["ipv6-opts", "dst", "IPv6-Opts", "60"]),
        (HeaderKindSet.Routing, ["ipv6-route", "route", "IPv6-Route", "43"]),
        (HeaderKindSet.Fragment, ["ipv6-frag", "frag", "IPv6-Frag", "44"]),
        (HeaderKindSet.Authentication, ["ah", "auth", "IPSEC-AH", "51"]),
        (HeaderKindSet.Esp, ["esp", "IPSEC-ESP", "50"]),
        (HeaderKindSet.NoNextHeader, ["ipv6-nonxt", "none", "IPv6-NoNxt", "59"]),
        (HeaderKindSet.Transport, ["protocol", "prot", "255"]),
    ];

    private static IEnumerable<string> Known => Table.SelectMany(entry => entry.Names);

    internal static string Print(HeaderKindSet kinds) =>
        string.Join(',', Table.Where(entry => (kinds & entry.Kind) != 0).Select(entry => entry.Names[0]));

    /// <summary>A comma list of names and numbers.</summary>
    internal static bool Read(Word word, ReadContext context, out HeaderKindSet kinds)
    {
        kinds = HeaderKindSet.None;
        foreach (Word item in word.Split(','))
        {
            HeaderKindSet kind = Array.Find(Table, entry => entry.Names.Contains(item.Text, StringComparer.Ordinal)).Kind;
            if (kind == HeaderKindSet.None)
            {
                context.Diagnostics.Report(
                    ErrorCodes.UnknownHeader, item,
                    item.Text.Length == 0 ? "a header's name is missing" : $"{Show.Word(item.Text)} is not a kind of IPv6 headers",
                    Nearest.HintOr(item.Text, Known, "a comma list of hop, dst, route, frag, auth, esp, none or prot"));
                return false;
            }

            kinds |= kind;
        }

        return true;
    }
}
