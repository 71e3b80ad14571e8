namespace MiniFirewall.Rules.Listing;

/// <summary>Counters as iptables -L shows them (libxtables xtables.c, xtables_print_num).</summary>
internal static class CounterText
{
    private const ulong MostDigits = 99_999, MostThousands = 9_999;

    /// <summary>The number in its column, a blank behind it.</summary>
    internal static string InColumn(ulong number, bool isExact) => isExact ? $"{number,8} "
        : number <= MostDigits ? $"{number,5} "
        : Shortened(number, "{0,4}{1} ");

    /// <summary>The number without a column, a blank behind it.</summary>
    internal static string Plain(ulong number, bool isExact) => isExact || number <= MostDigits ? $"{number} " : Shortened(number, "{0}{1} ");

    private static string Shortened(ulong number, string format)
    {
        foreach (char unit in "KMG")
        {
            number = (number + 500) / 1000;
            if (number <= MostThousands)
            {
                return string.Format(System.Globalization.CultureInfo.InvariantCulture, format, number, unit);
            }
        }

        return string.Format(System.Globalization.CultureInfo.InvariantCulture, format, (number + 500) / 1000, 'T');
    }
}
