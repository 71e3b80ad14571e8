using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>How HMARK is printed and listed (libxt_HMARK.c).</summary>
internal static class HmarkText
{
    internal static void Print(RuleTextWriter writer, HmarkTarget target)
    {
        int? whole = PrefixLengths.Whole(writer.Family);
        string words = string.Join(',', WholeWords(target, whole));
        if (words.Length > 0)
        {
            writer.Word("--hmark-tuple").Word(words);
        }

        Write(writer, "--hmark-src-prefix", HmarkTarget.Prefix(target.SourcePrefix, whole), "");
        Write(writer, "--hmark-dst-prefix", HmarkTarget.Prefix(target.DestinationPrefix, whole), "");
        Write(writer, "--hmark-sport-mask", target.SourcePortMask, "x4");
        Write(writer, "--hmark-dport-mask", target.DestinationPortMask, "x4");
        Write(writer, "--hmark-spi-mask", target.SpiMask, "x8");
        Write(writer, "--hmark-sport", target.SourcePort, "x4");
        Write(writer, "--hmark-dport", target.DestinationPort, "x4");
        Write(writer, "--hmark-spi", target.Spi, "x8");
        Write(writer, "--hmark-proto-mask", target.ProtocolMask, "x2");
        Write(writer, "--hmark-rnd", target.Seed, "x8");
        Write(writer, "--hmark-mod", target.Modulus, "");
        Write(writer, "--hmark-offset", target.Offset, "");
        if (target.UsesConnection && words.Length == 0)
        {
            writer.Word("--hmark-tuple").Word("ct");
        }
    }

    internal static void List(RuleTextWriter writer, HmarkTarget target)
    {
        Write(writer, "mod", target.Modulus, "");
        Write(writer, "+", target.Offset, "x");
        if (target.UsesConnection)
        {
            writer.Word("ct,");
        }

        ListPrefix(writer, "src-prefix", target.SourcePrefix);
        ListPrefix(writer, "dst-prefix", target.DestinationPrefix);
        Write(writer, "sport-mask", target.SourcePortMask, "x");
        Write(writer, "dport-mask", target.DestinationPortMask, "x");
        Write(writer, "spi-mask", target.SpiMask, "x");
        Write(writer, "sport", target.SourcePort, "x");
        Write(writer, "dport", target.DestinationPort, "x");
        Write(writer, "spi", target.Spi, "x");
        Write(writer, "proto-mask", target.ProtocolMask, "x");
        Write(writer, "rnd", target.Seed, "x");
    }

    /// <summary>Whole addresses where the text is for both families and has no number for them; ct goes with them.</summary>
    private static IEnumerable<string> WholeWords(HmarkTarget target, int? whole)
    {
        bool source = whole is null && target.SourcePrefix == HmarkGrammar.WholeAddress;
        bool destination = whole is null && target.DestinationPrefix == HmarkGrammar.WholeAddress;
        if (target.UsesConnection && (source || destination))
        {
            yield return "ct";
        }

        if (source)
        {
            yield return "src";
        }

        if (destination)
        {
            yield return "dst";
        }
    }

    /// <summary>Of IPv6 upstream shows no number for all of an address.</summary>
    private static void ListPrefix(RuleTextWriter writer, string word, int? prefix)
    {
        int? whole = PrefixLengths.Whole(writer.Family);
        if (HmarkTarget.Prefix(prefix, whole) is { } length)
        {
            writer.Word(word).Word(length == 128 ? "" : $"{length}");
        }
    }

    private static void Write(RuleTextWriter writer, string word, long? number, string format)
    {
        if (number is { } value)
        {
            writer.Word(word).Word(format.Length == 0 ? $"{value}" : "0x" + value.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
