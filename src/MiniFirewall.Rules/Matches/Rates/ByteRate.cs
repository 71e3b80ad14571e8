using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>
/// A rate of bytes as the kernel is given it: the cost of 16 bytes in parts of 2^32 a second, so that most rates come out a little
/// lower than they were written (libxt_hashlimit.c, bytes_to_cost).
/// </summary>
internal static class ByteRate
{
    private const int Shift = 4;
    private const ulong Least = 1 << Shift;

    /// <summary>The dearest cost less one is the highest rate that the kernel takes.</summary>
    private const ulong LeastCost = 2;

    private static readonly (string Name, ulong Factor)[] Units = [("m", 1024 * 1024), ("k", 1024), ("", 1)];

    internal static bool IsOne(string text) => text.EndsWith("b/s", StringComparison.Ordinal);

    /// <summary>N, Nk or Nm before b/s.</summary>
    internal static bool TryRead(Word word, ReadContext context, out ulong cost)
    {
        cost = 0;
        if (!TryReadBytes(word.Text[..^"b/s".Length], out ulong bytes) || bytes < Least)
        {
            Report(word, context, "is not a rate of bytes", $"such as 512kb/s or 10mb/s, at least {Least}b/s");
            return false;
        }

        cost = CostOf(bytes);
        if (cost < LeastCost)
        {
            Report(word, context, "is too high a rate", $"up to {Print(LeastCost)}");
        }

        return cost >= LeastCost;
    }

    /// <summary>Bytes: N, Nk, Nm, each with or without a b.</summary>
    internal static bool TryReadBytes(string text, out ulong bytes)
    {
        string number = text.EndsWith('b') ? text[..^1] : text;
        ulong factor = number switch
        {
            [.., 'm'] => 1024 * 1024,
            [.., 'k'] => 1024,
            _ => 1,
        };
        bool read = NumberText.TryParse(factor == 1 ? number : number[..^1], out bytes) && bytes <= ulong.MaxValue / factor;
        bytes = read ? bytes * factor : 0;
        return read;
    }

    /// <summary>The bytes of a second.</summary>
    internal static ulong BytesOf(ulong cost) => ((uint.MaxValue / cost) - 1) << Shift;

    /// <summary>In the greatest unit in which the cost is the same; of 4 GB a second and more in bytes, as upstream has it.</summary>
    internal static string Print(ulong cost)
    {
        ulong bytes = BytesOf(cost);
        (string name, ulong factor) = Units.First(unit => unit.Factor == 1
            || (bytes is <= uint.MaxValue && bytes >= unit.Factor && CostOf(bytes & ~(unit.Factor - 1)) == cost));
        return $"{bytes / factor}{name}b/s";
    }

    /// <summary>The burst of so many bytes, as a multiple of a second's, rounded up.</summary>
    internal static ulong BurstOf(ulong cost, ulong bytes) => (bytes + BytesOf(cost) - 1) / BytesOf(cost);

    /// <summary>In the greatest unit in which the burst is the same; upstream takes the greatest and loses the rest.</summary>
    internal static string PrintBurst(ulong cost, ulong burst)
    {
        ulong bytes = BytesOf(cost) * burst;
        (string name, ulong factor) = Units.First(unit => unit.Factor == 1
            || (bytes >= unit.Factor && BurstOf(cost, bytes / unit.Factor * unit.Factor) == burst));
        return $"{bytes / factor}{name}b";
    }

    private static ulong CostOf(ulong bytes) => uint.MaxValue / ((bytes >> Shift) + 1);

    private static void Report(Word word, ReadContext context, string message, string help) =>
        context.Diagnostics.Report(ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} {message}", help);
}
