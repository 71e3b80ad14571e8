using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>How parts of -m hashlimit are printed (libxt_hashlimit.c).</summary>
internal static class HashlimitText
{
    internal const uint ByteExpire = 15000, ByteBurstExpire = 60000;

    /// <summary>Writes rate and burst; returns the time in milliseconds that an entry is kept where nothing is said of it.</summary>
    internal static uint WriteRate(RuleTextWriter writer, HashlimitMatch match, ulong period, string burstWord)
    {
        if (!match.CountsBytes)
        {
            writer.Word(Rate.Print(period, HashlimitGrammar.Scale, out ulong seconds)).Word(burstWord).Word($"{match.Burst}");
            return (uint)seconds * 1000;
        }

        writer.Word(ByteRate.Print(period));
        if (match.Burst == 0)
        {
            return ByteExpire;
        }

        writer.Word(burstWord).Word(ByteRate.PrintBurst(period, match.Burst));
        return ByteBurstExpire;
    }

    internal static void WriteTable(RuleTextWriter writer, HashlimitMatch match, string prefix, uint expire)
    {
        Write(writer, prefix + "htable-size", match.TableSize, 0);
        Write(writer, prefix + "htable-max", match.TableMost, 0);
        Write(writer, prefix + "htable-gcinterval", match.Collection, HashlimitMatch.DefaultCollection);
        Write(writer, prefix + "htable-expire", match.Expire, expire);
        Write(writer, prefix + "srcmask", match.SourcePrefix ?? PrefixLengths.Whole(writer.Family), PrefixLengths.Whole(writer.Family));
        Write(writer, prefix + "dstmask", match.DestinationPrefix ?? PrefixLengths.Whole(writer.Family), PrefixLengths.Whole(writer.Family));
        if (match.Measures)
        {
            writer.Word(prefix + "rate-match");
            Write(writer, prefix + "rate-interval", match.Interval, 1);
        }
    }

    internal static string Mode(uint mode, char separator) => NameReaders.Print(HashlimitGrammar.Modes, mode).Replace(',', separator);

    private static void Write(RuleTextWriter writer, string word, long? value, long? unsaid)
    {
        if (value != unsaid)
        {
            writer.Word(word).Word($"{value}");
        }
    }
}
