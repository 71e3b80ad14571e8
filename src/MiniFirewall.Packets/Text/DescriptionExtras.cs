namespace MiniFirewall.Packets.Text;

/// <summary>Reads the words that may follow a description's addresses, in any order, each once.</summary>
internal sealed class DescriptionExtras(DescriptionParser parser, PacketDraft draft)
{
    private readonly HashSet<string> _seen = [];

    internal bool Read()
    {
        while (parser.TryNext(out Word word))
        {
            if (!One(word))
            {
                return false;
            }
        }

        bool needsPort = IpProtocol.HasPorts(draft.Protocol) && draft.FragmentOffset is null or 0;
        return !needsPort || draft.Destination.Port is not null || parser.MissingPort();
    }

    private bool One(Word word) => word.Text switch
    {
        "syn" => Once(word, "flags") && OnlyTcp(word) && Flags(TcpFlags.Syn),
        "flags" => Once(word, "flags") && OnlyTcp(word) && FlagList(),
        "new" => Once(word, "state") && State(ConnectionState.New),
        "established" => Once(word, "state") && State(ConnectionState.Established),
        "related" => Once(word, "state") && State(ConnectionState.Related),
        "invalid" => Once(word, "state") && State(ConnectionState.Invalid),
        "untracked" => Once(word, "state") && State(ConnectionState.Untracked),
        "reply" => Once(word, "direction") && Reply(),
        "len" => Once(word, "len") && Length(),
        "ttl" => Once(word, "ttl") && Number("ttl", 255, value => draft.Ttl = (byte)value),
        "mark" => Once(word, "mark") && Number("mark", uint.MaxValue, value => draft.Mark = (uint)value),
        "frag" => Once(word, "frag") && Number("frag", 8191, value => draft.FragmentOffset = (int)value),
        _ => draft.Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6 ? Icmp(word) : Unknown(word),
    };

    private bool Once(Word word, string what) =>
        _seen.Add(what) || parser.Fail(word, $"'{word.Text}' says again what an earlier word said", "leave one of them out");

    private bool OnlyTcp(Word word) => draft.Protocol == IpProtocol.Tcp
        || parser.Fail(word, $"'{word.Text}' is for tcp, and this packet is {parser.NameOfProtocol()}", "leave it out");

    private bool Unknown(Word word) => parser.Fail(
        word, $"'{word.Text}' is not known here", "what may follow is syn, flags LIST, new, established, related, invalid, untracked, reply, len N, ttl N, mark N, frag N");

    private bool Flags(TcpFlags flags)
    {
        draft.Flags = flags;
        return true;
    }

    private bool State(ConnectionState state)
    {
        draft.State = state;
        return true;
    }

    private bool Reply()
    {
        draft.IsReply = true;
        return true;
    }

    private bool Number(string what, ulong high, Action<ulong> set)
    {
        bool good = parser.Number(what, 0, high, out ulong value);
        set(value);
        return good;
    }

    private bool Length()
    {
        bool good = parser.Number("len", draft.Family == Family.IPv4 ? 20u : 40u, 65535, out ulong value);
        draft.Length = (int)value;
        return good;
    }

    private bool FlagList()
    {
        const string Known = "write a list of FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, or ALL, or NONE";
        if (!parser.Next("the list after 'flags'", Known, out Word list))
        {
            return false;
        }

        TcpFlags flags = TcpFlags.None;
        foreach (string name in list.Text.Split(','))
        {
            if (TcpFlagNames.TryParse(name) is not { } flag)
            {
                return parser.Fail(list, $"'{name}' is not a TCP flag", Known);
            }

            flags |= flag;
        }

        return Flags(flags);
    }

    private bool Icmp(Word word)
    {
        draft.Icmp = IcmpNames.TryParse(draft.Family, word.Text);
        return draft.Icmp is not null
            ? Once(word, "type")
            : parser.Fail(word, $"'{word.Text}' is neither an {parser.NameOfProtocol()} type nor a word known here", "write a type such as echo-request, or TYPE[/CODE] in numbers from 0 to 255");
    }
}
