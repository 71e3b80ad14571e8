using System.Globalization;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Spoils good texts at random. Whatever comes out: reading does not throw, a text is taken or has messages, messages point
/// into the text, and what is taken reads back equal. MINIFW_FUZZ_SECONDS makes the run as long as wanted.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const int ShortRun = 20_000;

    private static readonly Lazy<string[]> Seeds = new(() =>
    [
        .. LanguageTests.Lines.Select(row => row.Data.Item1),
        .. File.ReadAllText(SharedData.Here("bad-lines.txt")).Split("\n\n")
            .Select(block => string.Join('\n', block.Split('\n').Where(line => line is not ([' ', ..] or ['#', ..])))),
    ]);

    private static readonly string[] Words =
    [
        "-A", "-I", "-D", "-N", "-P", "-X", "-F", "INPUT", "OUTPUT", "mine", "-p", "tcp", "udp", "icmp", "-s", "-d", "10.0.0.0/8", "fe80::/10",
        "bigmart.com", "-i", "eth+", "!", "-f", "-m", "comment", "--comment", "\"a b\"", "--dport", "22:", "multiport", "--dports", "1,2:3", "-j",
        "LOG", "DROP", "-g", "-4", "-6", "-c", "[1:2]", "*filter", "COMMIT", ":INPUT", "-", "\n", "\\\n", "#", "'", "\"", "\\", ",", ":", "/", "=", "0", "+",
    ];

    private static readonly char[] Characters = [.. " \t\r\n\"'\\!-+,:/=[]*#$0aA.\u0001\u00e9\ud83d\udd25\ud800\u2028"];

    [Fact]
    public void No_text_breaks_the_reader()
    {
        string? seconds = Environment.GetEnvironmentVariable("MINIFW_FUZZ_SECONDS");
        if (seconds is null)
        {
            Gen.UInt.Sample(seed => Check(Spoil(seed)), iter: ShortRun);
        }
        else
        {
            Gen.UInt.Sample(seed => Check(Spoil(seed)), time: int.Parse(seconds, CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\\")]
    [InlineData("\"")]
    [InlineData("!")]
    [InlineData("--")]
    [InlineData("[")]
    [InlineData("*filter\n[1:2] sudo")]
    [InlineData("iptables -A INPUT -p")]
    [InlineData(":\n*\n")]
    public void Odd_texts_do_not_break_the_reader(string text) => Check(text);

    [Fact]
    public void Long_texts_take_time_in_proportion()
    {
        string line = "iptables -A INPUT -s 10.0.0.1 -p tcp -m multiport --dports 1,2,3 -m comment --comment \"a b\" -j DROP\n";
        Assert.Equal(20_000, Reading.Good(string.Concat(Enumerable.Repeat(line, 20_000))).Find("INPUT")!.Rules.Length);
        Check("-A INPUT -s " + new string(',', 200_000));
        Check(new string('-', 500_000));
        Check(string.Concat(Enumerable.Repeat("-m comment ", 50_000)));
        Check(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"-N c{i}\n-A c{i} -j c{i + 1}\n")));
        Check("-A INPUT -s " + string.Join(',', Enumerable.Repeat("1.1.1.1", 2000)) + " -d " + string.Join(',', Enumerable.Repeat("1.1.1.1", 2000)));
    }

    private static void Check(string text)
    {
        foreach (FamilySet families in (FamilySet[])[FamilySet.Both, FamilySet.IPv6])
        {
            ReadResult result = Reading.Read(text, families);
            Assert.Equal(result.Rules is null, result.Diagnostics.Length > 0);
            Assert.True(result.Diagnostics.Length <= ReadOptions.Default.MaxErrors + 1);
            string[] lines = text.Split('\n');
            Assert.All(result.Diagnostics, diagnostic => AssertInside(diagnostic, lines));
            if (result.Rules is { } rules)
            {
                RoundTripTests.AssertRoundTrip(rules);
            }
        }
    }

    private static void AssertInside(Diagnostic diagnostic, string[] lines)
    {
        SourceSpan span = diagnostic.Span;
        Assert.InRange(span.Line, 1, lines.Length);
        Assert.InRange(span.Column, 1, lines[span.Line - 1].Length + 1);
        Assert.InRange(span.Length, 0, lines[span.Line - 1].Length + 1 - span.Column);
        Assert.NotEmpty(diagnostic.Message);
        Assert.DoesNotContain('\n', diagnostic.ToString());
        Assert.True(ErrorCodes.Names.ContainsKey(diagnostic.Code));
    }

    private static string Spoil(uint seed)
    {
        // The sample's own number makes the text, so that a failure can be run again.
        var random = new Random((int)seed);
        string text = Pick(random, Seeds.Value);
        for (int i = random.Next(5); i >= 0; i--)
        {
            text = SpoilOnce(random, text);
        }

        return text;
    }

    private static string SpoilOnce(Random random, string text)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(1, 8), text.Length - at);
        string[] words = text.Split(' ');
        int word = random.Next(words.Length);
        return random.Next(8) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, text.Substring(at, length)),
            2 => text.Insert(at, Characters[random.Next(Characters.Length)].ToString()),
            3 => text.Insert(at, " " + Pick(random, Words) + " "),
            4 => string.Join(' ', words.Where((_, index) => index != word)),
            5 => string.Join(' ', words.Select((known, index) => index == word ? Pick(random, Words) : known)),
            6 => text + "\n" + Pick(random, Seeds.Value),
            _ => $"*filter\n{text}\nCOMMIT\n",
        };
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
