using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Verbs;

/// <summary>
/// Reads what stands behind allow, deny, reject and limit, in ufw's words: [in|out [on IF]] [log|log-all], then PORT[/PROTOCOL], a
/// service or an application, or clauses from, to, proto; and a comment.
/// </summary>
public sealed class IntentReader
{
    private const int MostCommentBytes = 255;

    private readonly NetworkNames _names;
    private readonly AppProfiles _profiles;
    private readonly IReadOnlyList<string> _words;
    private int _at;
    private Intent _intent;
    private Direction? _direction;
    private string? _protocol, _fromPorts, _toPorts;
    private bool _hasFrom, _hasTo, _hasSimple;

    private IntentReader(Intent start, IReadOnlyList<string> words, NetworkNames names, AppProfiles profiles) =>
        (_intent, _words, _names, _profiles) = (start, words, names, profiles);

    private bool IsRouted => _intent.Direction == Direction.Routed;

    private string? Next => _at < _words.Count ? _words[_at] : null;

    /// <summary>Reads the words behind an action.</summary>
    /// <param name="routed">Behind "route": for packets that pass through this host.</param>
    /// <exception cref="VerbException">The words make no entry.</exception>
    public static Intent Read(VerbAction action, bool routed, IReadOnlyList<string> words, NetworkNames names, AppProfiles profiles)
    {
        ArgumentNullException.ThrowIfNull(words);
        var start = new Intent { Action = action, Direction = routed ? Direction.Routed : Direction.In };
        return new IntentReader(start, words, names, profiles).Read();
    }

    /// <summary>Reads an action and the words behind it; "route" may stand before them.</summary>
    /// <exception cref="VerbException">The words make no entry.</exception>
    public static Intent Read(IReadOnlyList<string> words, NetworkNames names, AppProfiles profiles)
    {
        ArgumentNullException.ThrowIfNull(words);
        bool routed = words is ["route", ..];
        string action = words.ElementAtOrDefault(routed ? 1 : 0) ?? "";
        return VerbWords.Action(action) is { } known
            ? Read(known, routed, [.. words.Skip(routed ? 2 : 1)], names, profiles)
            : throw new VerbException($"'{action}' is no action; write allow, deny, reject or limit");
    }

    private Intent Read()
    {
        if (_words.Count == 0)
        {
            throw new VerbException($"{_intent.Action.Word()} what? Name a port, a service or an application, or from and to");
        }

        while (Next is { } word)
        {
            ReadWord(word);
        }

        if (!_hasFrom && !_hasTo && !_hasSimple && _intent.InInterface is null && _intent.OutInterface is null)
        {
            throw new VerbException("the entry names no port, address or interface; 'from any' means every packet");
        }

        return _intent.App is null ? _intent with { Items = Items() } : WithApp(_intent.App);
    }

    private void ReadWord(string word)
    {
        switch (word)
        {
            case "in" or "out": ReadDirection(word); break;
            case "log" or "log-all": ReadLog(word); break;
            case "from" or "to": ReadEnd(word); break;
            case "proto": ReadProtocol(); break;
            case "comment": ReadComment(); break;
            case "on": throw new VerbException("'on' stands behind 'in' or 'out'");
            case "port" or "app": throw new VerbException($"'{word}' stands behind an address; write 'to any {word} ...'");
            default: ReadSimple(word); break;
        }
    }

    private void ReadDirection(string word)
    {
        if (_hasFrom || _hasTo || _hasSimple || _intent.Log != EntryLog.None || (!IsRouted && _direction is not null))
        {
            throw new VerbException($"'{word}' stands once, right behind {_intent.Action.Word()}");
        }

        _at++;
        _direction = word == "in" ? Direction.In : Direction.Out;
        if (!IsRouted)
        {
            _intent = _intent with { Direction = _direction.Value };
        }

        if (Next == "on")
        {
            _at++;
            ReadInterface(word == "in", TakeArgument("on", "an interface"));
        }
        else if (IsRouted)
        {
            throw new VerbException($"behind '{word}' of a routed entry stands 'on' and an interface");
        }
    }

    private void ReadInterface(bool isIn, string name)
    {
        if ((isIn ? _intent.InInterface : _intent.OutInterface) is not null)
        {
            throw new VerbException("an interface stands once for each direction");
        }

        if (name.Length > 15 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '+' or '@')) || name[0] == '-' || name is "+")
        {
            throw new VerbException($"'{name}' is not an interface's name; an alias such as eth0:1 has none of its own");
        }

        _intent = isIn ? _intent with { InInterface = name } : _intent with { OutInterface = name };
    }

    private void ReadLog(string word)
    {
        if (_hasFrom || _hasTo || _hasSimple || _intent.Log != EntryLog.None)
        {
            throw new VerbException($"'{word}' stands before the port or the addresses");
        }

        _at++;
        _intent = _intent with { Log = word == "log" ? EntryLog.New : EntryLog.All };
    }

    private void ReadEnd(string word)
    {
        bool isFrom = word == "from";
        if (_hasSimple || (isFrom ? _hasFrom : _hasTo))
        {
            throw new VerbException(_hasSimple ? $"a port by itself and '{word}' exclude each other; write '... to any port ...'" : $"'{word}' stands twice");
        }

        _at++;
        string address = TakeArgument(word, "an address, a network or any");
        if (address.AsSpan().IndexOfAny(',', '!') >= 0 || address[0] == '-')
        {
            throw new VerbException($"'{address}' is not one address or network; make an entry for each");
        }

        string? named = address == "any" ? null : address;
        (_intent, _hasFrom, _hasTo) = isFrom ? (_intent with { From = named }, true, _hasTo) : (_intent with { To = named }, _hasFrom, true);
        if (Next == "port")
        {
            _at++;
            ReadPorts(isFrom, TakeArgument("port", "a port or a service"));
        }
        else if (Next == "app")
        {
            _at++;
            SetApp(TakeArgument("app", "an application's name"), isFrom);
        }
    }

    private void ReadPorts(bool isFrom, string ports)
    {
        if (!PortText.IsNumeric(ports) && PortText.IsList(ports))
        {
            throw new VerbException($"'{ports}' mixes names and numbers; several ports are written as numbers");
        }

        (_fromPorts, _toPorts) = isFrom ? (ports, _toPorts) : (_fromPorts, ports);
    }

    private void ReadProtocol()
    {
        if (_protocol is not null || _hasSimple)
        {
            throw new VerbException("'proto' stands once, with from and to");
        }

        _at++;
        _protocol = TakeArgument("proto", "a protocol").ToLowerInvariant();
        if (_protocol.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
        {
            throw new VerbException($"'{_protocol}' is not a protocol");
        }
    }

    private void ReadComment()
    {
        _at++;
        string text = TakeArgument("comment", "a text, in quotes where it has blanks");
        if (Next is not null)
        {
            throw new VerbException($"'{Next}' stands behind the comment; put a comment with blanks into quotes");
        }

        if (text.Any(char.IsControl) || Encoding.UTF8.GetByteCount(text) > MostCommentBytes)
        {
            throw new VerbException($"a comment is one line of at most {MostCommentBytes} bytes");
        }

        if (AppTag.Is(text))
        {
            throw new VerbException($"a comment that begins as '{text}' does stands for an application's profile; begin it with another word");
        }

        _intent = _intent with { Comment = text.Length == 0 ? null : text };
    }

    /// <summary>PORT[/PROTOCOL], a service or an application, by itself.</summary>
    private void ReadSimple(string word)
    {
        if (_hasSimple || _hasFrom || _hasTo)
        {
            throw new VerbException($"'{word}' is not understood at its place");
        }

        if (_protocol is not null)
        {
            throw new VerbException($"'proto' goes with from and to; write '{word}/{_protocol}'");
        }

        _at++;
        _hasSimple = true;
        if (_profiles.Find(word) is not null)
        {
            SetApp(word, isSource: false);
            return;
        }

        (string ports, string? protocol) = PortText.Split(word);
        if (protocol is not (null or "tcp" or "udp" or "any"))
        {
            throw new VerbException($"'{protocol}' behind '/' is neither tcp nor udp; other protocols are 'proto {protocol} from any'");
        }

        _protocol = protocol;
        ReadPorts(isFrom: false, ports);
        if (!PortText.IsNumeric(ports))
        {
            _ = new PortNames(_names).Protocols(null, ports, protocol == "any" ? null : protocol);
        }
    }

    private void SetApp(string name, bool isSource)
    {
        if (_intent.App is not null)
        {
            throw new VerbException("an entry names one application");
        }

        _intent = _intent with { App = name, AppIsSource = isSource };
    }

    private string TakeArgument(string before, string what)
    {
        string? word = Next;
        _at++;
        return string.IsNullOrEmpty(word) || (word is "from" or "to" or "port" or "app" or "proto" or "in" or "out" or "on" && before != "comment")
            ? throw new VerbException($"behind '{before}' stands {what}")
            : word;
    }

    private Intent WithApp(string name)
    {
        AppProfile profile = _profiles.Find(name) ?? throw new VerbException(
            $"there is no application profile '{name}' in {AppProfiles.Directory}; minifw app list names those that are there");
        if (_protocol is not null || _fromPorts is not null || _toPorts is not null)
        {
            throw new VerbException($"the profile '{name}' says the ports and protocols; leave 'port' and 'proto' out");
        }

        return _intent with { Items = [.. profile.Ports.SelectMany(item => AppItems(item, _intent.AppIsSource))] };
    }

    internal static IEnumerable<PortItem> AppItems(string item, bool isSource)
    {
        (string ports, string? protocol) = PortText.Split(item);
        string[] protocols = protocol is null ? ["tcp", "udp"] : [protocol];
        return protocols.Select(name => isSource ? new PortItem(name, ports, null) : new PortItem(name, null, ports));
    }

    private ImmutableArray<PortItem> Items()
    {
        string? protocol = _protocol == "any" ? null : _protocol;
        if (_fromPorts is null && _toPorts is null)
        {
            return [new(protocol, null, null)];
        }

        if (protocol is not (null or "tcp" or "udp"))
        {
            throw new VerbException($"protocol {protocol} has no ports here; leave 'port' out, or write proto tcp or proto udp");
        }

        var ports = new PortNames(_names);
        string[] protocols = ports.Protocols(_fromPorts, _toPorts, protocol);
        if (protocol is null && protocols.Length > 1 && (PortText.IsList(_fromPorts ?? "") || PortText.IsList(_toPorts ?? "")))
        {
            throw new VerbException("several ports need their protocol; write /tcp or /udp behind them, or 'proto tcp'");
        }

        return [.. protocols.Select(name => new PortItem(name, ports.Number(_fromPorts, name), ports.Number(_toPorts, name)))];
    }
}
