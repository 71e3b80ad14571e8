using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Sets;

/// <summary>
/// Reads elements as ipset writes them: parts with commas between them, in the type's order. A range becomes prefixes, or single
/// addresses where the type has no networks; ports of a range become an element each. Nothing is allocated for usual elements.
/// </summary>
public sealed class SetElementReader(SetType type, FamilySet families, NetworkNames names)
{
    /// <summary>The most elements that one entry with ranges may stand for.</summary>
    private const int MostOfOne = 1 << 20;

    private readonly List<(Family Family, UInt128 Address, byte Prefix)> _first = [], _second = [];
    private readonly SetPortReader _ports = new(names);
    private string _problem = "", _help = "";

    /// <summary>What was wrong with the last entry.</summary>
    public string Problem => _problem;

    /// <summary>What would be right.</summary>
    public string Help => _help;

    /// <summary>Reads one entry and adds its elements; false where it is wrong, and nothing has been added.</summary>
    public bool TryRead(ReadOnlySpan<char> text, bool noMatch, SetElements into)
    {
        if (noMatch && !type.HasNetworks)
        {
            return Fail($"a set of type {type.Name} has no networks for 'nomatch' to leave out of", "leave 'nomatch' out");
        }

        return TryReadSingle(text, noMatch, into) || TryReadAny(text, noMatch, into);
    }

    /// <summary>As the other, with what stands behind the entry.</summary>
    /// <param name="options">Null for nothing.</param>
    public bool TryRead(ReadOnlySpan<char> text, SetElementOptions? options, SetElements into)
    {
        int before = into.Count;
        bool read = TryRead(text, options?.NoMatch == true, into);
        if (read)
        {
            into.SayFrom(before, options?.State ?? SetElementState.None);
        }

        return read;
    }

    /// <summary>The usual case, an IPv4 address or network alone, at the speed that a million of them ask for.</summary>
    private bool TryReadSingle(ReadOnlySpan<char> text, bool noMatch, SetElements into)
    {
        if (type.Parts.Length != 1 || type.Parts[0] is not (SetPart.Address or SetPart.Network) || !families.Has(Family.IPv4)
            || !AddressSpan.TryParseV4(ref text, out uint address))
        {
            return false;
        }

        byte prefix = 32;
        if (!text.IsEmpty && (type.Parts[0] != SetPart.Network || text[0] != '/' || !TryParsePrefix(text[1..], 32, out prefix)))
        {
            return false;
        }

        into.Add(new SetElement
        {
            Families = FamilySet.IPv4,
            First = prefix == 0 ? 0 : address & (uint.MaxValue << (32 - prefix)),
            FirstPrefix = prefix,
            NoMatch = noMatch,
        });
        return true;
    }

    private bool TryReadAny(ReadOnlySpan<char> text, bool noMatch, SetElements into)
    {
        _first.Clear();
        _second.Clear();
        _ports.Clear();
        int part = 0;
        foreach (Range range in text.Split(','))
        {
            if (part == type.Parts.Length)
            {
                return FailParts(text);
            }

            if (!TryReadPart(text[range], part++))
            {
                return false;
            }
        }

        return part < type.Parts.Length ? FailParts(text) : TryCombine(text, noMatch, into);
    }

    private bool TryReadPart(ReadOnlySpan<char> text, int part)
    {
        bool read = type.Parts[part] switch
        {
            SetPart.Port => _ports.TryRead(text),
            SetPart.PlainPort => _ports.TryReadPlain(text),
            SetPart.Network => TryReadAddress(text, part == 0 ? _first : _second, expand: false),
            _ => TryReadAddress(text, part == 0 ? _first : _second, expand: true),
        };
        return read || (_ports.Problem.Length > 0 ? Fail(_ports.Problem, _ports.Help) : false);
    }

    private bool TryCombine(ReadOnlySpan<char> text, bool noMatch, SetElements into)
    {
        long count = (long)Math.Max(1, _first.Count) * Math.Max(1, _second.Count) * Math.Max(1, _ports.Count);
        if (count > MostOfOne || into.Count + count > SetElements.Most)
        {
            return Fail($"{Show.Word(text.ToString())} stands for {count} elements", $"at most {MostOfOne} in one entry, {SetElements.Most} in a set; write networks");
        }

        if (_first.Count > 0 && _second.Count > 0 && _first[0].Family != _second[0].Family)
        {
            return Fail($"{Show.Word(text.ToString())} has addresses of IPv4 and of IPv6", "write addresses of one family");
        }

        if (_first.Count == 0)
        {
            _first.Add((Family.IPv4, 0, 0));
        }

        if (_second.Count == 0)
        {
            _second.Add((_first[0].Family, 0, 0));
        }

        FamilySet of = type.Shape.Addresses == 0 ? FamilySet.Both : _first[0].Family.ToSet();
        return _ports.TryCheck(of) ? Combine(of, noMatch, into) : Fail(_ports.Problem, _ports.Help);
    }

    private bool Combine(FamilySet of, bool noMatch, SetElements into)
    {
        foreach ((_, UInt128 first, byte firstPrefix) in _first)
        {
            foreach ((_, UInt128 second, byte secondPrefix) in _second)
            {
                for (int port = _ports.Low; port <= _ports.High; port++)
                {
                    into.Add(new SetElement
                    {
                        Families = of,
                        First = first,
                        FirstPrefix = firstPrefix,
                        Protocol = _ports.Protocol,
                        Port = (ushort)port,
                        Second = second,
                        SecondPrefix = secondPrefix,
                        NoMatch = noMatch,
                    });
                }
            }
        }

        return true;
    }

    private bool TryReadAddress(ReadOnlySpan<char> text, List<(Family Family, UInt128 Address, byte Prefix)> into, bool expand)
    {
        int slash = text.IndexOf('/'), dash = text.IndexOf('-');
        ReadOnlySpan<char> head = slash >= 0 ? text[..slash] : dash >= 0 ? text[..dash] : text;
        if (!AddressSpan.TryParse(head, out Family family, out UInt128 low))
        {
            return Fail($"{Show.Word(head.ToString())} is not an address", $"an element of {type.Name} is such as {SetNotation.Example(type)}");
        }

        if (!families.Has(family))
        {
            return Fail($"{Show.Word(text.ToString())} is of IPv{(family == Family.IPv4 ? 4 : 6)}, and the set is not", "write it into a set of its family");
        }

        int width = family == Family.IPv4 ? 32 : 128;
        UInt128 high = low;
        if (slash >= 0)
        {
            if (!TryParsePrefix(text[(slash + 1)..], width, out byte prefix))
            {
                return Fail($"{Show.Word(text[(slash + 1)..].ToString())} is not a prefix length", $"a number from 0 to {width}");
            }

            UInt128 rest = prefix == 0 ? UInt128.MaxValue >> (128 - width) : (UInt128.One << (width - prefix)) - 1;
            (low, high) = (low & ~rest, low | rest);
        }
        else if (dash >= 0 && (!AddressSpan.TryParse(text[(dash + 1)..], out Family other, out high) || other != family || high < low))
        {
            return Fail($"{Show.Word(text.ToString())} is not a range of addresses", "write the lower address, '-', and the higher one");
        }

        return expand ? TryExpand(text, family, low, high, into) : Split(family, low, high, width, into);
    }

    private bool TryExpand(ReadOnlySpan<char> text, Family family, UInt128 low, UInt128 high, List<(Family Family, UInt128 Address, byte Prefix)> into)
    {
        if (high - low >= MostOfOne)
        {
            return Fail($"{Show.Word(text.ToString())} is more than {MostOfOne} addresses", "use a type with networks, such as hash:net");
        }

        byte width = (byte)(family == Family.IPv4 ? 32 : 128);
        for (UInt128 address = low; ; address++)
        {
            into.Add((family, address, width));
            if (address == high)
            {
                return true;
            }
        }
    }

    /// <summary>The fewest prefixes that are the range.</summary>
    private static bool Split(Family family, UInt128 low, UInt128 high, int width, List<(Family Family, UInt128 Address, byte Prefix)> into)
    {
        while (true)
        {
            int rest = low == 0 ? width : Math.Min(width, (int)UInt128.TrailingZeroCount(low));
            while (rest > 0 && (rest == 128 ? UInt128.MaxValue : low + ((UInt128.One << rest) - 1)) > high)
            {
                rest--;
            }

            into.Add((family, low, (byte)(width - rest)));
            UInt128 last = rest == 128 ? UInt128.MaxValue : low + ((UInt128.One << rest) - 1);
            if (last >= high)
            {
                return true;
            }

            low = last + 1;
        }
    }

    private static bool TryParsePrefix(ReadOnlySpan<char> text, int width, out byte prefix) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= width && (text.Length == 1 || text[0] != '0');

    private bool FailParts(ReadOnlySpan<char> text) => Fail(
        $"{Show.Word(text.ToString())} does not have {type.Parts.Length} part{(type.Parts.Length == 1 ? "" : "s")}",
        $"an element of {type.Name} is such as {SetNotation.Example(type)}");

    private bool Fail(string problem, string help)
    {
        (_problem, _help) = (problem, help);
        return false;
    }
}

/// <summary>Addresses in spans of text.</summary>
internal static class AddressSpan
{
    internal static bool TryParse(ReadOnlySpan<char> text, out Family family, out UInt128 address)
    {
        family = text.Contains(':') ? Family.IPv6 : Family.IPv4;
        if (family == Family.IPv6)
        {
            return TryParseV6(text, out address);
        }

        bool read = TryParseV4(ref text, out uint number) && text.IsEmpty;
        address = number;
        return read;
    }

    /// <summary>Reads four decimal numbers and moves the span behind them; a leading zero, octal for iptables, is none.</summary>
    internal static bool TryParseV4(ref ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int at = 0;
        for (int part = 0; part < 4; part++)
        {
            int start = at, value = 0;
            while (at < text.Length && (uint)(text[at] - '0') <= 9 && at - start < 3)
            {
                value = (value * 10) + (text[at++] - '0');
            }

            if (at == start || value > 255 || (at - start > 1 && text[start] == '0'))
            {
                return false;
            }

            address = (address << 8) | (uint)value;
            if (part < 3 && (at == text.Length || text[at++] != '.'))
            {
                return false;
            }
        }

        text = text[at..];
        return text.IsEmpty || (uint)(text[0] - '0') > 9;
    }

    private static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.'))
            {
                return false;
            }
        }

        if (!IPAddress.TryParse(text, out IPAddress? parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }
}
