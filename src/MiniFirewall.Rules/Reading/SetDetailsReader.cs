using System.Globalization;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads what a set keeps of its elements, and what bounds it: timeout, counters, comment, maxelem, range.</summary>
internal static class SetDetailsReader
{
    internal static bool IsOne(string option) => option is "timeout" or "counters" or "comment" or "maxelem" or "range";

    /// <summary>Reads what stands behind the option; false where it is wrong (reported).</summary>
    internal static bool TryRead(Word option, ref SetScanner scanner, DiagnosticBag diagnostics, ref SetDetails details)
    {
        switch (option.Text)
        {
            case "counters":
                details = details with { Counts = true };
                return true;
            case "comment":
                details = details with { HasComments = true };
                return true;
        }

        Word value = scanner.Take();
        if (value.Text.Length == 0)
        {
            diagnostics.Report(ErrorCodes.MissingArgument, option, $"{Show.Word(option.Text)} needs an argument", "write it after the option");
            return false;
        }

        (SetDetails? read, string help) = Read(option.Text, value.Text, details);
        if (read is null)
        {
            diagnostics.Report(ErrorCodes.BadNumber, value, $"{Show.Word(value.Text)} makes no sense after {Show.Word(option.Text)}", help);
            return false;
        }

        details = read;
        return true;
    }

    private static (SetDetails? Details, string Help) Read(string option, string value, SetDetails details) => option switch
    {
        "timeout" => (
            TryParse(value, SetDetails.MostSeconds, out uint seconds) ? details with { Timeout = seconds } : null,
            $"seconds from 0, for ever, to {SetDetails.MostSeconds}"),
        "maxelem" => (
            TryParse(value, SetElements.Most, out uint most) && most > 0 ? details with { Most = (int)most } : null,
            $"a number from 1 to {SetElements.Most}"),
        _ => (
            value.Split('-') is [var low, var high] && TryParse(low, ushort.MaxValue, out uint lowest) && TryParse(high, ushort.MaxValue, out uint highest) && lowest <= highest
                ? details with { LowestPort = (ushort)lowest, HighestPort = (ushort)highest }
                : null,
            "two ports with '-' between them"),
    };

    private static bool TryParse(string text, uint most, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
