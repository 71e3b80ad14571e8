using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>The options of -m conntrack (libxt_conntrack.c).</summary>
internal static class ConntrackGrammar
{
    private static readonly ValueReader<NumberRange> Ports = PortReaders.Range("a connection", "tcp", "udp", "sctp");

    internal static MatchGrammar Grammar { get; } = new("conntrack", new ConntrackMatch())
    {
        OneOf =
        [
            "ctstate", "ctproto", "ctorigsrc", "ctorigdst", "ctreplsrc", "ctrepldst", "ctorigsrcport", "ctorigdstport", "ctreplsrcport",
            "ctrepldstport", "ctstatus", "ctexpire", "ctdir",
        ],
        Options =
        [
            Ask("ctstate", NameReaders.FlagsByBeginning("connection state", ConnectionWords.States, ConnectionWords.BadState), (m, asked) => m with { States = asked }),
            Ask<byte>("ctproto", ReadProtocol, (m, asked) => m with { Protocol = asked }),
            Ask<HostMask>("ctorigsrc", HostMask.Read, (m, asked) => m with { OriginalSource = asked }),
            Ask<HostMask>("ctorigdst", HostMask.Read, (m, asked) => m with { OriginalDestination = asked }),
            Ask<HostMask>("ctreplsrc", HostMask.Read, (m, asked) => m with { ReplySource = asked }),
            Ask<HostMask>("ctrepldst", HostMask.Read, (m, asked) => m with { ReplyDestination = asked }),
            Ask("ctorigsrcport", Ports, (m, asked) => m with { OriginalSourcePort = asked }),
            Ask("ctorigdstport", Ports, (m, asked) => m with { OriginalDestinationPort = asked }),
            Ask("ctreplsrcport", Ports, (m, asked) => m with { ReplySourcePort = asked }),
            Ask("ctrepldstport", Ports, (m, asked) => m with { ReplyDestinationPort = asked }),
            Ask("ctstatus", NameReaders.FlagsByBeginning("connection status", ConnectionWords.Statuses), (m, asked) => m with { Statuses = asked }),
            Ask("ctexpire", LongNumberReaders.Range("number of seconds", uint.MaxValue), (m, asked) => m with { Expires = asked }),
            Option<ConntrackMatch>.Value(["ctdir"], NameReaders.Choice("direction", ConnectionWords.Directions, anyCase: true), (m, direction, _) => m with { IsReply = direction == 1 }),
        ],
    };

    private static OptionSpec Ask<T>(string name, ValueReader<T> read, Func<ConntrackMatch, Asked<T>, ConntrackMatch> set)
        where T : notnull =>
        Option<ConntrackMatch>.Value([name], read, (m, value, not) => set(m, new Asked<T>(value, not)), negatable: true);

    /// <summary>A protocol's name or number; 0 stands for all and would ask nothing.</summary>
    private static bool ReadProtocol(Word word, ReadContext context, out byte protocol)
    {
        bool isNumber = NumberText.TryParse(word.Text, out ulong number);
        protocol = number <= byte.MaxValue ? (byte)number : (byte)0;
        if (!isNumber && !context.Names.TryGetProtocol(word.Text, out protocol))
        {
            context.Diagnostics.Report(
                ErrorCodes.UnknownProtocol, word, $"{Show.Word(word.Text)} is not a protocol",
                Nearest.HintOr(word.Text, context.Names.Protocols, "a name such as tcp, or a number from 1 to 255"));
            return false;
        }

        if (number > byte.MaxValue || protocol == 0)
        {
            context.Diagnostics.Report(
                ErrorCodes.UnknownProtocol, word, $"{Show.Word(word.Text)} is no protocol of a connection", "a name such as tcp, or a number from 1 to 255");
            return false;
        }

        return true;
    }
}
