using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>Finds an order for a statement between two others.</summary>
internal static class OrderGap
{
    /// <summary>Orders between two neighbours at a chain's ends, where many statements may come one after the other.</summary>
    private const uint StepAtEnds = 64;

    /// <summary>An order that nobody has, dead entries included; null where there is none left.</summary>
    /// <param name="low">The order that it must be above; null for the chain's beginning.</param>
    /// <param name="high">The order that it must be below; null for the chain's end.</param>
    /// <param name="used">The orders between them that are taken.</param>
    internal static uint? Choose(uint? low, uint? high, uint first, uint end, List<uint> used)
    {
        used.Add(high ?? end);
        used.Sort();
        (uint Low, uint High) widest = (0, 0);
        uint from = low ?? first;
        foreach (uint order in used)
        {
            widest = order > from && order - from > widest.High - widest.Low ? (from, order) : widest;
            from = order;
        }

        uint half = (widest.High - widest.Low) / 2;
        if (half == 0)
        {
            return null;
        }

        bool isFirst = low is null && widest.Low == first, isLast = high is null && widest.High == end;
        return isFirst && !isLast ? widest.High - Math.Min(half, StepAtEnds)
            : isLast && !isFirst ? widest.Low + Math.Min(half, StepAtEnds)
            : widest.Low + half;
    }
}
