using System.Globalization;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>
/// Spoils restore texts and command lines at random. Nothing throws or hangs, what is refused has a line and few words, and
/// what is taken saves to a text that restores to the same. MINIFW_FUZZ_COUNT says how many inputs, MINIFW_FUZZ_FIRST the first one's
/// number; a number's input is its own, so a long run can be made in parts.
/// </summary>
public sealed class RestoreFuzzTests
{
    private const int ShortRun = 5_000, LongestMessage = 4096;
    private static readonly string[] Chains = ["INPUT", "FORWARD", "OUTPUT"];

    /// <summary>Nothing takes so long on the slowest machine: it hangs.</summary>
    private static readonly TimeSpan LongestInput = TimeSpan.FromMinutes(5);

    /// <summary>The rules of the vectors: every match and target, right and wrong.</summary>
    private static readonly string[] Rules =
    [
        .. Directory.EnumerateFiles(SharedData.Here("vectors"), "*.t").Order(StringComparer.Ordinal).SelectMany(File.ReadLines)
            .Where(line => line is ['-' or '!', ..]).Select(line => line.Split(';')[0]),
    ];

    private static readonly string[] Seeds =
    [
        .. Rules.Chunk(6).Select(rules => $"*filter\n{string.Concat(rules.Select((rule, number) => $"-A {Chains[number % 3]} {rule}\n"))}COMMIT\n"),
        "*filter\n:INPUT DROP [1:2]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:x - [0:0]\n[3:4] -A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j x\n-A x -m comment --comment \"a \\\"b\\\" c\" -j RETURN\nCOMMIT\n",
        "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j FOO\nCOMMIT\n*filter\n-I INPUT 1 -i lo -j ACCEPT\n-R INPUT 1 -i lo -j DROP\n-D INPUT -i lo -j DROP\n-P OUTPUT DROP\nCOMMIT\n",
        "*filter\n-N a\n-N b\n-A a -g b\n-E b c\n-F a\n-X a\n-Z\n-6 -A INPUT -s fe80::1\n-4 -A INPUT -s 1.2.3.4,5.6.7.8 -d bigmart.com\nCOMMIT\n",
        "# comment\n*filter\n-A OUTPUT -p udp -m multiport ! --dports 1,2:3 -m mark --mark 0x1/0xff -j LOG --log-prefix \"x: \"\n-C OUTPUT -j DROP\nCOMMIT\n",
    ];

    private static readonly string[] Words =
    [
        .. Rules.SelectMany(rule => rule.Split(' ')).Distinct(),
        "-A", "-I", "-D", "-R", "-C", "-N", "-P", "-X", "-F", "-Z", "-E", "-L", "-S", "INPUT", "OUTPUT", "x", "a", "-p", "tcp", "icmp", "-s", "-d", "10.0.0.0/8", "fe80::/10",
        "bigmart.com", "-i", "eth+", "!", "-f", "-m", "comment", "--comment", "\"a b\"", "--dport", "22:", "multiport", "--dports", "1,2:3", "-j", "LOG", "DROP", "-g", "-4",
        "-6", "-c", "[1:2]", "[", "]", "*filter", "*nat", "COMMIT", "COMMIT\n", ":INPUT", ":y - [0:0]\n", "-", "\n", "#", "'", "\"", "\\", ",", ":", "/", "=", "0", "1", "+", "-t", "filter",
        "-w", "-V", "-h", "\r", "\0", "state", "--state", "NEW", "limit", "--limit", "3/min", "conntrack", "--ctstate", "REJECT", "--reject-with", "tcp-reset",
    ];

    [Fact]
    public void No_restore_text_and_no_command_line_breaks_the_reader()
    {
        int first = NumberOf("MINIFW_FUZZ_FIRST", 0), count = NumberOf("MINIFW_FUZZ_COUNT", ShortRun);
        RuleSet start = Reading.Good("-N x\n-A INPUT -j x\n-A INPUT -p tcp --dport 80 -j ACCEPT\n-6 -A x -s fe80::/10\n-A OUTPUT -d bigmart.com -j DROP\n");
        Parallel.For(first, first + count, seed => Check(seed, start));
    }

    private static int NumberOf(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static void Check(int seed, RuleSet start)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var random = new Random(seed);
        byte[] text = Spoil(random);
        try
        {
            CheckText(text, start, new RestoreOptions(random.Next(2) == 0 ? Family.IPv4 : Family.IPv6)
            {
                KeepsRules = random.Next(2) == 0,
                TakesCounters = random.Next(2) == 0,
                Table = random.Next(8) == 0 ? "filter" : null,
            });
            CheckCommand(random, start);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}: {Encoding.UTF8.GetString(text)}", error);
        }

        Assert.True(watch.Elapsed < LongestInput, $"seed {seed} took {watch.Elapsed}");
    }

    private static void CheckText(byte[] text, RuleSet start, RestoreOptions restore)
    {
        int lines = text.Count(c => c == '\n') + 1;
        RestoreOutline.Of(text, restore.Table);
        RestoreResult result = Restoring.Read(text, start, restore);
        if (result.Error is { } error)
        {
            Assert.Null(result.Rules);
            Assert.InRange(error.Line, 1, lines + 1);
            Assert.True((error.Text?.Length ?? 0) + (error.Diagnostic?.ToString().Length ?? 0) + (error.Diagnostic?.Convention?.Text.Length ?? 0) < LongestMessage);
        }
        else if (result.Rules is { } rules)
        {
            AssertSavedTextRestores(rules, restore.Family);
            Family other = restore.Family == Family.IPv4 ? Family.IPv6 : Family.IPv4;
            Assert.Equal(Restoring.Save(start, other), Restoring.Save(rules, other));
            RoundTripTests.AssertRoundTrip(rules);
        }
    }

    private static void AssertSavedTextRestores(RuleSet rules, Family family)
    {
        string saved = Restoring.Save(rules, family, withCounters: true);
        RuleSet again = Restoring.Good(saved, null, new RestoreOptions(family) { TakesCounters = true });
        Assert.Equal(saved, Restoring.Save(again, family, withCounters: true));
    }

    private static void CheckCommand(Random random, RuleSet start)
    {
        string[] words = [.. Enumerable.Range(0, random.Next(12)).Select(_ => Words[random.Next(Words.Length)])];
        RuleCommand? command = RuleCommand.Read("iptables", words, Reading.Options(FamilySet.IPv4), out System.Collections.Immutable.ImmutableArray<Diagnostic> wrong);
        Assert.Equal(command is null, wrong.Length > 0);
        bool changes = command?.Kind is RuleCommandKind.Append or RuleCommandKind.Insert or RuleCommandKind.Delete or RuleCommandKind.Replace or RuleCommandKind.Flush
            or RuleCommandKind.NewChain or RuleCommandKind.DeleteChain or RuleCommandKind.Policy or RuleCommandKind.RenameChain;
        if (changes && command!.ApplyTo(start).Rules is { } rules)
        {
            Assert.Equal(Restoring.Save(start, Family.IPv6), Restoring.Save(rules, Family.IPv6));
        }
    }

    private static byte[] Spoil(Random random)
    {
        string text = Seeds[random.Next(Seeds.Length)];
        for (int i = random.Next(6); i > 0; i--)
        {
            text = SpoilOnce(random, text);
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int i = random.Next(8) == 0 ? random.Next(4) : 0; i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static string SpoilOnce(Random random, string text)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(1, 12), text.Length - at);
        string word = Words[random.Next(Words.Length)];
        string[] lines = text.Split('\n');
        int line = random.Next(lines.Length);
        return random.Next(7) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, text.Substring(at, length)),
            2 => text.Insert(at, word),
            3 => text.Insert(at, $" {word} "),
            4 => text + Seeds[random.Next(Seeds.Length)],
            5 => string.Join('\n', lines.Where((_, index) => index != line)),
            _ => string.Join('\n', lines.Select((known, index) => index == line ? $"{known} {word} {Words[random.Next(Words.Length)]}" : known)),
        };
    }
}
