using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j LOG: reports the packet and goes on with the next rule (net/netfilter/xt_LOG.c).</summary>
/// <param name="Prefix">Up to 29 bytes that stand before the report; empty where not given.</param>
/// <param name="Level">syslog(3) level, 0 emerg to 7 debug.</param>
/// <param name="ShowsUid">--log-uid was written. Reports have the uid of local packets in any case.</param>
public sealed record LogTarget(string Prefix, byte Level, bool ShowsUid) : Target
{
    private const byte Warning = 4;
    private const int MostPrefixBytes = 29;
    private const string Missing = "reports have interfaces, addresses, ports, flags, length and uid";

    private static readonly (string Name, byte Level)[] LevelNames =
    [
        ("emerg", 0), ("panic", 0), ("alert", 1), ("crit", 2), ("error", 3), ("warning", 4), ("notice", 5), ("info", 6), ("debug", 7),
    ];

    /// <summary>As iptables -L shows levels, which is not always as it reads them.</summary>
    private static readonly string[] ListedLevels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

    public static TargetGrammar Grammar { get; } = new("LOG", new LogTarget("", Warning, false))
    {
        Options =
        [
            Option<LogTarget>.Value<string>(["log-prefix"], TextReaders.Text("log prefix", 1, MostPrefixBytes), (t, text, _) => t with { Prefix = text }, takesText: true),
            Option<LogTarget>.Value<byte>(["log-level"], ReadLevel, (t, level, _) => t with { Level = level }),
            Option<LogTarget>.Flag(["log-uid"], (t, _) => t with { ShowsUid = true }),
            Option<LogTarget>.Unsupported(["log-tcp-sequence"], 0, Missing),
            Option<LogTarget>.Unsupported(["log-tcp-options"], 0, Missing),
            Option<LogTarget>.Unsupported(["log-ip-options"], 0, Missing),
            Option<LogTarget>.Unsupported(["log-macdecode"], 0, Missing),
        ],
    };

    public override string Name => "LOG";

    public override bool Emits => true;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("LOG");
        if (Prefix.Length > 0)
        {
            writer.Word("--log-prefix").Value(Prefix);
        }

        if (Level != Warning)
        {
            writer.Word("--log-level").Word($"{Level}");
        }

        if (ShowsUid)
        {
            writer.Word("--log-uid");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("LOG");
        if (style.IsNumeric)
        {
            writer.Word("flags").Word(ShowsUid ? "8" : "0");
        }

        writer.Word("level").Word(style.IsNumeric ? $"{Level}" : ListedLevels[Level]);
        if (ShowsUid && !style.IsNumeric)
        {
            writer.Word("uid");
        }

        if (Prefix.Length > 0)
        {
            writer.Word("prefix").Word($"\"{Prefix}\"");
        }
    }

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    private static bool ReadLevel(Word word, ReadContext context, out byte level)
    {
        level = 0;
        if (NumberText.TryParse(word.Text, out ulong number) && number <= 7)
        {
            level = (byte)number;
            return true;
        }

        int at = Array.FindIndex(LevelNames, entry => entry.Name == word.Text);
        if (at < 0)
        {
            string[] names = [.. LevelNames.Select(entry => entry.Name)];
            context.Diagnostics.Report(
                ErrorCodes.BadLogLevel, word, $"{Show.Word(word.Text)} is not a log level",
                Nearest.HintOr(word.Text, names, $"a number from 0 to 7, {Show.Choice(names)}"));
            return false;
        }

        level = LevelNames[at].Level;
        return true;
    }
}
