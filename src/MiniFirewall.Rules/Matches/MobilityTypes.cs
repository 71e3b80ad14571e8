using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>An inclusive range of types of Mobile IPv6 messages (RFC 6275 section 6.1).</summary>
public readonly record struct MobilityTypes(byte Low, byte High)
{
    /// <summary>libip6t_mh.c, mh_names; the first name of a type is the one shown.</summary>
    private static readonly (string Name, byte Type)[] Names =
    [
        ("binding-refresh-request", 0), ("brr", 0), ("home-test-init", 1), ("hoti", 1), ("careof-test-init", 2), ("coti", 2),
        ("home-test", 3), ("hot", 3), ("careof-test", 4), ("cot", 4), ("binding-update", 5), ("bu", 5),
        ("binding-acknowledgement", 6), ("ba", 6), ("binding-error", 7), ("be", 7),
    ];

    public static MobilityTypes All => new(0, byte.MaxValue);

    public bool Contains(byte type) => type >= Low && type <= High;

    /// <summary>"LOW", or "LOW:HIGH" where they differ, in numbers.</summary>
    public override string ToString() => Low == High ? $"{Low}" : $"{Low}:{High}";

    /// <summary>As <see cref="ToString"/>, with the names of the types that have one.</summary>
    internal string Describe() => Low == High ? NameOf(Low) : $"{NameOf(Low)}:{NameOf(High)}";

    /// <summary>TYPE, LOW:HIGH, LOW: or :HIGH, each a number or a name or its unambiguous beginning.</summary>
    internal static bool Read(Word word, ReadContext context, out MobilityTypes types)
    {
        types = All;
        Word[] ends = [.. word.Split(':')];
        byte low = 0, high = byte.MaxValue;
        bool isRead = ends.Length == 1
            ? TryReadEnd(word, context, out low) && TryReadEnd(word, context, out high)
            : RangeEnds.AreTwo(word, ends, context)
                && (ends[0].Text.Length == 0 || TryReadEnd(ends[0], context, out low))
                && (ends[1].Text.Length == 0 || TryReadEnd(ends[1], context, out high));
        types = new MobilityTypes(low, high);
        return isRead && RangeEnds.AreInOrder(word, new NumberRange(low, high), context);
    }

    private static string NameOf(byte type) => Array.Find(Names, entry => entry.Type == type).Name ?? $"{type}";

    private static bool TryReadEnd(Word end, ReadContext context, out byte type)
    {
        int at = NameReaders.FindByBeginning(Names, entry => entry.Name, end.Text);
        if (at >= 0)
        {
            type = Names[at].Type;
            return true;
        }

        type = 0;
        if (end.Text.Length > 0 && char.IsAsciiDigit(end.Text[0]))
        {
            bool isRead = NumberReaders.TryRead(end, context, "type of mobility messages", 0, byte.MaxValue, out uint number);
            type = (byte)number;
            return isRead;
        }

        Report(end, context, isAmbiguous: at == -2);
        return false;
    }

    private static void Report(Word end, ReadContext context, bool isAmbiguous)
    {
        string[] names = [.. Names.Select(entry => entry.Name)];
        if (isAmbiguous)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadMobilityType, end, $"{Show.Word(end.Text)} is the beginning of several types of mobility messages",
                $"write {Show.Choice([.. names.Where(name => name.StartsWith(end.Text, StringComparison.OrdinalIgnoreCase))])}");
            return;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadMobilityType, end,
            end.Text.Length == 0 ? "a type of mobility messages is missing" : $"{Show.Word(end.Text)} is not a type of mobility messages",
            Nearest.HintOr(end.Text, names, "a number from 0 to 255, or a name such as binding-update"));
    }
}
