using System.Collections.Immutable;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Options of an IPv6 header as text: TYPE[:LENGTH],... (libip6t_hbh.c, parse_options).</summary>
internal static class HeaderOptionList
{
    /// <summary>IP6T_OPTS_OPTSNR.</summary>
    private const int Most = 16;

    /// <summary>libip6t takes a length of the last possible option for an error.</summary>
    private const int MostWithLength = Most - 1;

    /// <summary>A length that is 255 means any.</summary>
    private const int AnyLength = 255;

    internal static string Print(ImmutableArray<HeaderOption> options) =>
        string.Join(',', options.Select(option => option.Length is { } length ? $"{option.Type}:{length}" : $"{option.Type}"));

    internal static bool Read(Word word, ReadContext context, out ImmutableArray<HeaderOption> options)
    {
        var list = ImmutableArray.CreateBuilder<HeaderOption>();
        options = [];
        foreach (Word item in word.Split(','))
        {
            if (!TryReadOne(item, list.Count, context, out HeaderOption option))
            {
                return false;
            }

            list.Add(option);
        }

        options = list.ToImmutable();
        return true;
    }

    private static bool TryReadOne(Word item, int before, ReadContext context, out HeaderOption option)
    {
        option = default;
        Word[] parts = [.. item.Split(':')];
        if (parts.Length > 2)
        {
            context.Diagnostics.Report(ErrorCodes.BadRange, item, $"{Show.Word(item.Text)} has more than one ':'", "write TYPE or TYPE:LENGTH",
                NoDigits(context, "length", item.From(parts[0].Text.Length + 1)));
            return false;
        }

        if (before >= (parts.Length == 2 ? MostWithLength : Most))
        {
            context.Diagnostics.Report(
                ErrorCodes.TooManyItems, item, $"more than {Most} options, or a length for the last of {Most}", "ask for fewer", Convention.Usage("too many addresses specified"));
            return false;
        }

        uint length = AnyLength;
        if (!NumberReaders.TryRead(parts[0], context, "type of option", 0, byte.MaxValue, out uint type, NoDigits(context, "opt", parts[0]))
            || (parts.Length == 2 && !NumberReaders.TryRead(parts[1], context, "length of an option", 0, byte.MaxValue, out length, NoDigits(context, "length", parts[1]))))
        {
            return false;
        }

        if (type == 0 && parts.Length == 2)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, parts[1], "option 0 is one byte of padding and has no length", "write 0 alone",
                Convention.Usage(context.Diagnostics.Within.Extension == "dst" ? "PAD0 hasn't got length" : "PAD0 has not got length"));
            return false;
        }

        option = new HeaderOption((byte)type, length == AnyLength ? null : (byte)length);
        return true;
    }

    /// <summary>What iptables says of a part that has no number, or more than one (libip6t_hbh.c, parse_opts_num).</summary>
    private static Convention NoDigits(ReadContext context, string what, Word part) => Convention.Usage(
        $"{context.Diagnostics.Within.Extension}: {(NumberText.Measure(part.Text, ulong.MaxValue, out _) > 0 ? "error parsing" : "no valid digits in")} {what} `{part.Text}'");
}
