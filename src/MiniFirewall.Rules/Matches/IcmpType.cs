using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>A type of ICMP or ICMPv6 and a range of its codes.</summary>
public readonly record struct IcmpType(byte Type, byte LowCode, byte HighCode)
{
    internal bool Contains(byte type, byte code) => type == Type && code >= LowCode && code <= HighCode;

    /// <summary>"TYPE", "TYPE/CODE" or "TYPE/LOW:HIGH".</summary>
    public override string ToString() => (LowCode, HighCode) switch
    {
        (0, 255) => $"{Type}",
        _ when LowCode == HighCode => $"{Type}/{LowCode}",
        _ => $"{Type}/{LowCode}:{HighCode}",
    };

    /// <summary>
    /// What iptables -L shows behind the protocol: the first name that means just this, else numbers, with no blank before them
    /// where they are not negated.
    /// </summary>
    internal string ListText(IReadOnlyList<(string Name, IcmpType Type)> names, bool negated, bool isNumeric)
    {
        IcmpType self = this;
        string? name = isNumeric ? null : names.FirstOrDefault(entry => entry.Type == self).Name;
        string codes = (LowCode, HighCode) switch
        {
            (0, 255) => "",
            _ when LowCode == HighCode => $" code {LowCode}",
            _ => $" codes {LowCode}-{HighCode}",
        };
        return name is null ? $"{(negated ? " !" : "")}type {Type}{codes}" : $" {(negated ? "!" : "")}{name}";
    }

    /// <summary>A name or its unambiguous beginning, TYPE, TYPE/CODE or TYPE/LOW:HIGH (libxt_icmp.h, ipt_parse_icmp).</summary>
    internal static ValueReader<IcmpType> Reader(string protocol, IReadOnlyList<(string Name, IcmpType Type)> names)
    {
        return Read;

        bool Read(Word word, ReadContext context, out IcmpType type)
        {
            type = default;
            int at = NameReaders.FindByBeginning(names, entry => entry.Name, word.Text);
            if (at >= 0)
            {
                type = names[at].Type;
                return true;
            }

            if (at == -2 || word.Text.Length == 0 || !char.IsAsciiDigit(word.Text[0]))
            {
                Report(word, context, protocol, names, isAmbiguous: at == -2);
                return false;
            }

            return TryReadNumbers(word, context, protocol, out type);
        }
    }

    private static bool TryReadNumbers(Word word, ReadContext context, string protocol, out IcmpType type)
    {
        type = default;
        Word[] parts = [.. word.Split('/')];
        if (parts.Length > 2)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadIcmpType, word, $"{Show.Word(word.Text)} is not a type of {protocol}", "write TYPE or TYPE/CODE", Unknown(protocol, word));
            return false;
        }

        uint low = 0, high = 255;
        if (!NumberReaders.TryRead(parts[0], context, $"type of {protocol}", 0, 255, out uint number,
                protocol == "ICMP" && word.Text.Contains(':', StringComparison.Ordinal) ? Convention.Usage($"{protocol} type range not supported") : Unknown(protocol, word))
            || (parts.Length == 2 && !TryReadCodes(parts[1], word, context, protocol, out low, out high)))
        {
            return false;
        }

        type = new IcmpType((byte)number, (byte)low, (byte)high);
        return true;
    }

    private static bool TryReadCodes(Word word, Word whole, ReadContext context, string protocol, out uint low, out uint high)
    {
        Word[] ends = [.. word.Split(':')];
        low = high = 0;
        return (ends.Length == 1 || RangeEnds.AreTwo(word, ends, context))
            && NumberReaders.TryRead(ends[0], context, $"code of {protocol}", 0, 255, out low, UnknownCode(protocol, whole))
            && NumberReaders.TryRead(ends[^1], context, $"code of {protocol}", 0, 255, out high, UnknownCode(protocol, whole))
            && RangeEnds.AreInOrder(word, new NumberRange((ushort)low, (ushort)high), context);
    }

    private static void Report(
        Word word, ReadContext context, string protocol, IReadOnlyList<(string Name, IcmpType Type)> names, bool isAmbiguous)
    {
        IEnumerable<string> known = names.Select(entry => entry.Name);
        string[] fitting = [.. known.Where(name => name.StartsWith(word.Text, StringComparison.OrdinalIgnoreCase)).Take(2)];
        (string message, string help) = isAmbiguous
            ? ($"{Show.Word(word.Text)} is the beginning of several types of {protocol}", $"write {Show.Choice(fitting)}")
            : ($"{Show.Word(word.Text)} is not a type of {protocol}", Nearest.HintOr(word.Text, known, "a name, TYPE or TYPE/CODE"));
        context.Diagnostics.Report(ErrorCodes.BadIcmpType, word, message, help, isAmbiguous
            ? Convention.Usage($"Ambiguous {protocol} type `{word.Text}': `{fitting[0]}' or `{fitting[1]}'?")
            : Unknown(protocol, word));
    }

    private static Convention UnknownCode(string protocol, Word word) => Convention.Usage($"Unknown {protocol} code `{word.Text}'");

    private static Convention Unknown(string protocol, Word word) => Convention.Usage($"Unknown {protocol} type `{word.Text}'");
}
