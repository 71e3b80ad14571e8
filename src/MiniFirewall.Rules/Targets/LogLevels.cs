using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>The levels of LOG (libxtables xtoptions.c, xtopt_parse_sysloglevel).</summary>
internal static class LogLevels
{
    internal const byte Warning = 4;

    private static readonly (string Name, byte Level)[] Names =
    [
        ("emerg", 0), ("panic", 0), ("alert", 1), ("crit", 2), ("error", 3), ("warning", 4), ("notice", 5), ("info", 6), ("debug", 7),
    ];

    private static readonly string[] ShownNames = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

    /// <summary>The name that iptables -L shows, which is not always one that --log-level takes.</summary>
    internal static string ShownName(byte level) => ShownNames[level];

    internal static bool Read(Word word, ReadContext context, out byte level)
    {
        level = 0;
        if (NumberText.TryParse(word.Text, out ulong number) && number <= 7)
        {
            level = (byte)number;
            return true;
        }

        int at = Array.FindIndex(Names, entry => entry.Name == word.Text);
        if (at < 0)
        {
            string[] names = [.. Names.Select(entry => entry.Name)];
            context.Diagnostics.Report(
                ErrorCodes.BadLogLevel, word, $"{Show.Word(word.Text)} is not a log level",
                Nearest.HintOr(word.Text, names, $"a number from 0 to 7, {Show.Choice(names)}"));
            return false;
        }

        level = Names[at].Level;
        return true;
    }
}
