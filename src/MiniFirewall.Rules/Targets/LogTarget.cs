using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>What a line of LOG has beside what it always does; the values are the kernel's (xt_LOG.h, XT_LOG_*).</summary>
[Flags]
public enum LogDetails
{
    None = 0,
    TcpSequence = 0x01,
    TcpOptions = 0x02,
    IpOptions = 0x04,

    /// <summary>Whose the socket of a local packet is.</summary>
    Uid = 0x08,
    MacDecode = 0x20,
}

/// <summary>-j LOG: reports the packet and goes on with the next rule (net/netfilter/xt_LOG.c).</summary>
/// <param name="Prefix">Up to 29 bytes that stand before the report; empty where not given.</param>
/// <param name="Level">syslog(3) level, 0 emerg to 7 debug.</param>
public sealed record LogTarget(string Prefix, byte Level, LogDetails Details) : Target
{
    private const int MostPrefixBytes = 29;

    /// <summary>In the order in which they are printed.</summary>
    private static readonly (LogDetails Detail, string Name)[] Names =
    [
        (LogDetails.TcpSequence, "tcp-sequence"), (LogDetails.TcpOptions, "tcp-options"), (LogDetails.IpOptions, "ip-options"),
        (LogDetails.Uid, "uid"), (LogDetails.MacDecode, "macdecode"),
    ];

    public static TargetGrammar Grammar { get; } = new("LOG", new LogTarget("", LogLevels.Warning, LogDetails.None))
    {
        Options =
        [
            Option<LogTarget>.Value<string>(["log-prefix"], TextReaders.Text("log prefix", 1, MostPrefixBytes), (t, text, _) => t with { Prefix = text }, takesText: true),
            Option<LogTarget>.Value<byte>(["log-level"], LogLevels.Read, (t, level, _) => t with { Level = level }),
            .. Names.Select(entry => Option<LogTarget>.Flag(["log-" + entry.Name], (t, _) => t with { Details = t.Details | entry.Detail })),
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

        if (Level != LogLevels.Warning)
        {
            writer.Word("--log-level").Word($"{Level}");
        }

        foreach (string name in NamesOf(Details))
        {
            writer.Word("--log-" + name);
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        if (style.IsNumeric)
        {
            writer.Word("LOG").Word("flags").Word($"{(int)Details}").Word("level").Word($"{Level}");
        }
        else
        {
            writer.Word("LOG").Word("level").Word(LogLevels.ShownName(Level));
            foreach (string name in NamesOf(Details))
            {
                writer.Word(name);
            }
        }

        if (Prefix.Length > 0)
        {
            writer.Word("prefix").Word($"\"{Prefix}\"");
        }
    }

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    private static IEnumerable<string> NamesOf(LogDetails details) => Names.Where(entry => details.HasFlag(entry.Detail)).Select(entry => entry.Name);
}
