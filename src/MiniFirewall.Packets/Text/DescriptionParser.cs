namespace MiniFirewall.Packets.Text;

/// <summary>Reads a description word by word. A method that fails sets <see cref="Error"/> and returns false.</summary>
internal sealed class DescriptionParser
{
    private const string Form = "write 'in IF', 'out IF' or 'forward IF IF', then a protocol, a source and a destination";

    private readonly string _text;
    private readonly List<Word> _words;
    private readonly PacketDraft _draft = new();
    private int _next;

    internal DescriptionParser(string text)
    {
        _text = text;
        _words = Word.Split(text);
    }

    internal DescriptionError? Error { get; private set; }

    /// <summary>Null where the text is wrong.</summary>
    internal PacketDraft? Parse() =>
        Direction() && Protocol() && Ends() && new DescriptionExtras(this, _draft).Read() ? _draft : null;

    internal bool TryNext(out Word word)
    {
        word = _next < _words.Count ? _words[_next] : default;
        _next++;
        return word.Text is not null;
    }

    internal bool Next(string what, string help, out Word word) => TryNext(out word) || Missing(what, help);

    internal bool Fail(Word word, string message, string help)
    {
        Error = new(word.Column, word.Text.Length, message, help);
        return false;
    }

    /// <summary>A decimal number, or one in hexadecimal with 0x before it.</summary>
    internal bool Number(string what, ulong low, ulong high, out ulong value)
    {
        value = 0;
        return Next($"the number after '{what}'", $"write {what} {low} to {high}", out Word word)
            && (TryNumber(word.Text, out value) && value >= low && value <= high
                || Fail(word, $"'{word.Text}' is no number for {what}", $"write {low} to {high}"));
    }

    private static bool TryNumber(string text, out ulong value) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.TryParse(text.AsSpan(2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value)
        : ulong.TryParse(text, System.Globalization.NumberStyles.None, null, out value);

    private bool Missing(string what, string help)
    {
        Error = new(_text.TrimEnd().Length + 1, 0, $"{what} is missing", help);
        return false;
    }

    private bool Direction()
    {
        if (!Next("the direction", Form, out Word word))
        {
            return false;
        }

        switch (word.Text)
        {
            case "in":
                _draft.Hook = Hook.LocalIn;
                return Interface(name => _draft.InInterface = name);
            case "out":
                _draft.Hook = Hook.LocalOut;
                return Interface(name => _draft.OutInterface = name);
            case "forward":
                _draft.Hook = Hook.Forward;
                return Interface(name => _draft.InInterface = name) && Interface(name => _draft.OutInterface = name);
            default:
                return Fail(word, $"'{word.Text}' is not a direction", "write in, out or forward");
        }
    }

    private bool Interface(Action<string> set)
    {
        const int LongestName = 15;
        if (!Next("the interface", Form, out Word word))
        {
            return false;
        }

        if (word.Text.Length > LongestName || word.Text.Contains('/') || word.Text is "." or "..")
        {
            return Fail(word, $"'{word.Text}' is not an interface's name", "write a name such as eth0, at most 15 characters");
        }

        set(word.Text);
        return true;
    }

    private bool Protocol()
    {
        if (!Next("the protocol", "write tcp, udp, icmp, icmpv6, another protocol's name or 'proto N'", out Word word))
        {
            return false;
        }

        if (word.Text == "proto")
        {
            bool good = Number("proto", 0, 255, out ulong number);
            _draft.Protocol = (byte)number;
            return good;
        }

        _draft.Protocol = IpProtocol.NumberOf(word.Text) ?? 0;
        return _draft.Protocol != 0
            || Fail(word, $"'{word.Text}' is not a protocol known here", "write tcp, udp, icmp, icmpv6, another protocol's name or 'proto N'");
    }

    private bool Ends()
    {
        if (!End("the source", out Word source, out Endpoint from) || !End("the destination", out Word destination, out Endpoint to))
        {
            return false;
        }

        _draft.Source = from;
        _draft.Destination = to;
        if (from.Family != to.Family)
        {
            return Fail(destination, $"'{source.Text}' and '{destination.Text}' are of different families", "write two IPv4 or two IPv6 addresses");
        }

        return _draft.Protocol switch
        {
            IpProtocol.Icmp when from.Family == Family.IPv6 => Fail(source, "icmp goes with IPv4 addresses", "write icmpv6"),
            IpProtocol.Icmpv6 when from.Family == Family.IPv4 => Fail(source, "icmpv6 goes with IPv6 addresses", "write icmp"),
            _ => true,
        };
    }

    private bool End(string what, out Word word, out Endpoint end)
    {
        end = default;
        if (!Next(what, "write an address, with its port where the protocol has ports: 10.0.0.5:22 or [2001:db8::1]:22", out word))
        {
            return false;
        }

        if (Endpoint.TryParse(word.Text, out string? portText) is not { } parsed)
        {
            return Fail(word, $"'{word.Text}' is not an address", "write 10.0.0.5, 10.0.0.5:22, 2001:db8::1 or [2001:db8::1]:22");
        }

        end = parsed;
        if (portText is null)
        {
            return true;
        }

        Word port = new(portText, word.Column + word.Text.Length - portText.Length);
        if (!IpProtocol.HasPorts(_draft.Protocol))
        {
            return Fail(port, $"{NameOfProtocol()} has no ports", $"write {AddressText.Format(parsed.Family, parsed.Address)}");
        }

        if (!ushort.TryParse(portText, System.Globalization.NumberStyles.None, null, out ushort number))
        {
            return Fail(port, $"'{portText}' is not a port", "write a number from 0 to 65535");
        }

        end = parsed with { Port = number };
        return true;
    }

    internal string NameOfProtocol() => IpProtocol.NameOf(_draft.Protocol) ?? $"protocol {_draft.Protocol}";

    /// <summary>Where a packet with ports has been given no destination port.</summary>
    internal bool MissingPort() => Missing($"the destination port of {NameOfProtocol()}", "write it after the address: 10.0.0.5:22 or [2001:db8::1]:22");
}
