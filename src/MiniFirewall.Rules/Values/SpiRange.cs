using System.Globalization;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>An inclusive range of IPsec's security parameter indexes, host order, negated where asked.</summary>
public readonly record struct SpiRange(uint Low, uint High, bool Negated)
{
    /// <summary>Every index: what a match asks that names none.</summary>
    public static SpiRange All => new(0, uint.MaxValue, false);

    public bool Contains(uint spi) => (spi >= Low && spi <= High) != Negated;

    /// <summary>What iptables -L shows of it; empty where it asks nothing.</summary>
    internal string ListText
    {
        get
        {
            string not = Negated ? "!" : "";
            return this == All ? "" : Low == High ? $"spi:{not}{Low}" : $"spis:{not}{Low}:{High}";
        }
    }

    internal void Print(RuleTextWriter writer, string option)
    {
        if (this != All)
        {
            writer.Not(Negated).Word(option).Word(Low == High ? $"{Low}" : string.Create(CultureInfo.InvariantCulture, $"{Low}:{High}"));
        }
    }

    /// <summary>N, LOW:HIGH, LOW: or :HIGH of 32 bits (XTTYPE_UINT32RC).</summary>
    internal static bool Read(Word word, ReadContext context, out SpiRange range)
    {
        Word[] ends = [.. word.Split(':')];
        uint low = 0, high = uint.MaxValue;
        range = All;
        if (ends.Length == 1)
        {
            bool read = TryReadEnd(word, context, out low);
            range = new SpiRange(low, low, false);
            return read;
        }

        if (!RangeEnds.AreTwo(word, ends, context)
            || (ends[0].Text.Length > 0 && !TryReadEnd(ends[0], context, out low))
            || (ends[1].Text.Length > 0 && !TryReadEnd(ends[1], context, out high)))
        {
            return false;
        }

        range = new SpiRange(low, high, false);
        return RangeEnds.AreInOrder(word, low, high, context);
    }

    private static bool TryReadEnd(Word word, ReadContext context, out uint value) =>
        NumberReaders.TryRead(word, context, "security parameter index", 0, uint.MaxValue, out value);
}
