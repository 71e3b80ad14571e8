using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>Reads a filter from words: a protocol, ends as in a packet's description, and what else may be asked, in any order, each once.</summary>
public sealed class ConnectionFilterReader
{
    private const string Words =
        "a filter is made of a protocol, ADDRESS[/LENGTH][:PORT] once or twice, from END, to END, port N[-N], state STATE, replied, unreplied, assured, mark N[/MASK], ipv4, ipv6";

    private readonly IReadOnlyList<string> _words;
    private readonly HashSet<string> _seen = [];
    private readonly List<EndFilter> _ends = [];
    private ConnectionFilter _filter = ConnectionFilter.All;
    private int _next;
    private string? _error;

    private ConnectionFilterReader(IReadOnlyList<string> words) => _words = words;

    /// <summary>Null where the words are wrong; then <paramref name="error"/> says what is, and what would be right.</summary>
    public static ConnectionFilter? TryRead(IReadOnlyList<string> words, out string? error)
    {
        var reader = new ConnectionFilterReader(words);
        bool isGood = reader.Read();
        error = reader._error;
        return isGood ? reader._filter : null;
    }

    private bool Read()
    {
        while (_next < _words.Count)
        {
            if (!One(_words[_next++]))
            {
                return false;
            }
        }

        switch (_ends.Count)
        {
            case 0:
                return true;
            case 1:
                _filter = _filter with { Either = _ends[0] };
                return true;
            case 2 when _filter is { From: null, To: null }:
                _filter = _filter with { From = _ends[0], To = _ends[1] };
                return true;
            default:
                return Fail("there are more than two ends", "write who began the connection, then whom with; or from END and to END");
        }
    }

    private bool One(string word) => word switch
    {
        "ipv4" => Once("family", word, filter => filter with { Family = Family.IPv4 }),
        "ipv6" => Once("family", word, filter => filter with { Family = Family.IPv6 }),
        "replied" => Once("reply", word, filter => filter with { IsReplied = true }),
        "unreplied" => Once("reply", word, filter => filter with { IsReplied = false }),
        "assured" => Once(word, word, filter => filter with { IsAssured = true }),
        "from" => Argument(word, "an end", out string from) && End(from) is { } end && Once(word, word, filter => filter with { From = end }),
        "to" => Argument(word, "an end", out string to) && End(to) is { } end && Once(word, word, filter => filter with { To = end }),
        "port" => Argument(word, "a port", out string ports) && Ports(ports),
        "state" => Argument(word, "a state", out string states) && States(states),
        "mark" => Argument(word, "a mark", out string mark) && Mark(mark),
        "proto" => Argument(word, "a protocol's number", out string number) && Protocol(number),
        _ when IpProtocol.NumberOf(word) is { } protocol => Once("protocol", word, filter => filter with { Protocol = protocol }),
        _ when EndFilter.TryParse(word) is { } bare => Add(bare),
        _ => Fail($"'{word}' is not known here", Words),
    };

    private bool Add(EndFilter end)
    {
        _ends.Add(end);
        return true;
    }

    private bool Once(string what, string word, Func<ConnectionFilter, ConnectionFilter> change)
    {
        _filter = change(_filter);
        return _seen.Add(what) || Fail($"'{word}' says again what an earlier word said", "leave one of them out");
    }

    private bool Argument(string word, string what, out string argument)
    {
        argument = _next < _words.Count ? _words[_next++] : "";
        return argument.Length > 0 || Fail($"{what} is missing after '{word}'", Words);
    }

    private EndFilter? End(string text)
    {
        EndFilter? end = EndFilter.TryParse(text);
        if (end is null)
        {
            Fail($"'{text}' is not an end of a connection", "write 10.0.0.5, 10.0.0.0/8, 10.0.0.5:22, [2001:db8::1]:22 or :22");
        }

        return end;
    }

    private bool Protocol(string text) => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number)
        ? Once("protocol", "proto", filter => filter with { Protocol = number })
        : Fail($"'{text}' is not a protocol's number", "write 0 to 255");

    private bool Ports(string text)
    {
        string[] ends = text.Split('-');
        ushort high = 0;
        bool isGood = ends.Length <= 2 && ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out high);
        ushort low = isGood ? ushort.Parse(ends[0], CultureInfo.InvariantCulture) : (ushort)0;
        return isGood && low <= high
            ? Once("port", "port", filter => filter with { Ports = (low, high) })
            : Fail($"'{text}' is neither a port nor a range of ports", "write port 22 or port 1000-2000");
    }

    private bool States(string text)
    {
        ImmutableArray<string> states = [.. text.ToUpperInvariant().Split(',')];
        return states.FirstOrDefault(state => !ConnectionStateNames.All.Contains(state)) is { } wrong
            ? Fail($"'{wrong}' is not a state of TCP or SCTP", $"the states are {string.Join(", ", ConnectionStateNames.All)}")
            : Once("state", "state", filter => filter with { States = states });
    }

    private bool Mark(string text)
    {
        string[] parts = text.Split('/');
        uint mask = uint.MaxValue;
        uint value = 0;
        bool isGood = parts.Length <= 2 && TryNumber(parts[0], out value) && (parts.Length == 1 || TryNumber(parts[1], out mask));
        return isGood
            ? Once("mark", "mark", filter => filter with { Mark = (value, mask) })
            : Fail($"'{text}' is not a mark", "write mark 1, mark 0x10 or mark 0x10/0xf0");
    }

    private static bool TryNumber(string text, out uint value) => text.StartsWith("0x", StringComparison.Ordinal)
        ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private bool Fail(string what, string help)
    {
        _error ??= $"{what}; {help}";
        return false;
    }
}
