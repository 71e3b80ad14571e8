using System.Collections.Immutable;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of ports: numbers, service names, ranges and lists.</summary>
internal static class PortReaders
{
    /// <summary>Unlike -m tcp, -m udp and -m dccp take a service's name of any protocol (getaddrinfo).</summary>
    internal static readonly string[] AnyProtocol = ["tcp", "udp", "sctp", "dccp"];

    /// <summary>
    /// PORT, LOW:HIGH, LOW: or :HIGH, with the service names of some protocols (libxt_tcp.c, parse_tcp_ports; xtoptions.c,
    /// xtopt_parse_mport).
    /// </summary>
    /// <param name="protocol">The protocol's name in messages.</param>
    /// <param name="services">The protocols whose service names are known, the first that has a name winning.</param>
    internal static ValueReader<NumberRange> Range(string protocol, params string[] services)
    {
        return Read;

        bool Read(Word word, ReadContext context, out NumberRange range)
        {
            if (TryReadNumbers(word.Text, out range) && (services.Length == 1 || IsDecimal(word.Text)))
            {
                return true;
            }

            Word[] ends = [.. word.Split(':')];
            ushort low = 0, high = ushort.MaxValue;
            if (ends.Length == 1)
            {
                bool read = TryReadPort(word, context, protocol, services, out low);
                range = new NumberRange(low, low);
                return read;
            }

            Convention? ofMore = services.Length > 1 && ends.Length > 2 ? Convention.Usage($"Port \"{ends[1].Text}\" does not resolve to anything.\n") : null;
            if (!RangeEnds.AreTwo(word, ends, context, ofMore)
                || (ends[0].Text.Length > 0 && !TryReadPort(ends[0], context, protocol, services, out low))
                || (ends[1].Text.Length > 0 && !TryReadPort(ends[1], context, protocol, services, out high)))
            {
                return false;
            }

            range = new NumberRange(low, high);
            return RangeEnds.AreInOrder(word, range, context);
        }
    }

    /// <summary>One port: a number, or a service's name.</summary>
    internal static ValueReader<ushort> One(string protocol, params string[] services) =>
        (Word word, ReadContext context, out ushort port) => TryReadPort(word, context, protocol, services, out port);

    /// <summary>
    /// A comma list of ports and LOW:HIGH ranges for the rule's protocol, up to <paramref name="most"/> where a range counts
    /// two (libxt_multiport.c, parse_multi_ports_v1). A range's ends are both given and differ.
    /// </summary>
    internal static ValueReader<ImmutableArray<NumberRange>> List(int most)
    {
        return Read;

        bool Read(Word word, ReadContext context, out ImmutableArray<NumberRange> ports)
        {
            var list = ImmutableArray.CreateBuilder<NumberRange>();
            int used = 0;
            ports = [];
            string protocol = ProtocolNames.Print(context.Protocol?.Number ?? ProtocolNames.Tcp);
            foreach (Word item in word.Split(','))
            {
                if (!TryReadItem(item, context, protocol, out NumberRange range))
                {
                    return false;
                }

                used += range.Low == range.High ? 1 : 2;
                if (used > most)
                {
                    context.Diagnostics.Report(
                        ErrorCodes.TooManyPorts, item, $"more than {most} ports", "a range counts as two; write a second rule");
                    return false;
                }

                list.Add(range);
            }

            ports = list.ToImmutable();
            return true;
        }
    }

    /// <summary>The usual spellings, PORT and LOW:HIGH of numbers in order; false for all others, right or wrong.</summary>
    private static bool TryReadNumbers(ReadOnlySpan<char> text, out NumberRange range)
    {
        range = default;
        int colon = text.IndexOf(':');
        if (!NumberText.TryParse(colon < 0 ? text : text[..colon], out ulong low))
        {
            return false;
        }

        ulong high = low;
        bool isRange = (colon < 0 || NumberText.TryParse(text[(colon + 1)..], out high)) && low <= high && high <= ushort.MaxValue;
        range = isRange ? new NumberRange((ushort)low, (ushort)high) : default;
        return isRange;
    }

    /// <summary>getaddrinfo knows no hexadecimal numbers.</summary>
    private static bool IsDecimal(string text) => !text.Contains('x', StringComparison.OrdinalIgnoreCase);

    private static Convention NoRange => Convention.Usage("invalid portrange specified");

    private static bool TryReadItem(Word item, ReadContext context, string protocol, out NumberRange range)
    {
        range = default;
        Word[] ends = [.. item.Split(':')];
        if (ends.Length == 1)
        {
            bool read = TryReadPort(item, context, protocol, [protocol], out ushort port);
            range = new NumberRange(port, port);
            return read;
        }

        if (!RangeEnds.AreTwo(item, ends, context)
            || !TryReadPort(ends[0], context, protocol, [protocol], out ushort low)
            || !TryReadPort(ends[1], context, protocol, [protocol], out ushort high))
        {
            return false;
        }

        range = new NumberRange(low, high);
        if (low == high)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadRange, item, $"the range {Show.Word(item.Text)} holds one port", $"write {low}", NoRange);
            return false;
        }

        return RangeEnds.AreInOrder(item, range.Low, range.High, context, NoRange);
    }

    private static bool TryReadPort(Word word, ReadContext context, string protocol, string[] services, out ushort port)
    {
        port = 0;
        string text = word.Text;
        if (NumberText.TryParse(text, out ulong number) && number <= ushort.MaxValue && (services.Length == 1 || IsDecimal(text)))
        {
            port = (ushort)number;
            return true;
        }

        if (!NumberText.IsAmbiguous(text) && context.Names.TryGetService(text, services, out port))
        {
            return true;
        }

        Report(word, context, protocol, services);
        return false;
    }

    private static void Report(Word word, ReadContext context, string protocol, string[] services)
    {
        (string message, string help) = word.Text switch
        {
            "" => ("a port is missing", "a number from 0 to 65535 or a service name"),
            _ when NumberText.IsAmbiguous(word.Text) =>
                ($"{Show.Word(word.Text)} begins with a zero, which iptables reads as octal", "write the number without the zero"),
            _ when word.Text.Contains(',', StringComparison.Ordinal) =>
                ($"{Show.Word(word.Text)} is a list of ports", "a list needs -m multiport with --dports or --sports"),
            _ when word.Text.Contains('-', StringComparison.Ordinal) && char.IsAsciiDigit(word.Text[0]) =>
                ($"{Show.Word(word.Text)} is not a port of {protocol}", "a range is written LOW:HIGH, and options need a space before them"),
            _ when word.Text.All(char.IsAsciiDigit) => ($"port {Show.Word(word.Text)} is out of range", "a number from 0 to 65535"),
            _ => ($"{Show.Word(word.Text)} is not a port of {protocol}",
                Nearest.HintOr(word.Text, context.Names.ServicesOf(services), "a number from 0 to 65535 or a service name")),
        };
        context.Diagnostics.Report(
            ErrorCodes.BadPort, word, message, help,
            protocol == "udp" && services.Length > 1 ? Convention.Usage($"Port \"{word.Text}\" does not resolve to anything.\n") : null);
    }
}
