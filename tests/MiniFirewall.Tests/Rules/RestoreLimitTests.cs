using System.Diagnostics;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Restore texts that are made to hurt end in a clear answer, soon.</summary>
public sealed class RestoreLimitTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_line_has_a_longest_length() =>
        Assert.Contains("longer than", Bad("-A INPUT -m comment --comment \"" + new string('a', 10_000_000) + "\" -j DROP\n").Text);

    [Fact]
    public void A_text_has_a_highest_number_of_rules()
    {
        RestoreError error = Bad(string.Concat(Enumerable.Repeat("-A INPUT -s 10.0.0.1 -j DROP\n", RestoreReader.MostRules + 5)));
        Assert.Equal((RestoreReader.MostRules + 2, "more than 1000000 rules"), (error.Line, error.Text));
    }

    [Fact]
    public void A_text_has_a_highest_number_of_tables() =>
        Assert.Contains("filter tables", Restoring.Bad(string.Concat(Enumerable.Repeat("*filter\nCOMMIT\n", 1_000_000))).Text);

    [Fact]
    public void Invalid_UTF8_is_refused_in_rules_and_passed_over_in_comments()
    {
        byte[] comment = [.. "# caf"u8, 0xe9, .. "\n*filter\nCOMMIT\n"u8];
        Assert.NotNull(Restoring.Read(comment).Rules);
        byte[] rule = [.. "*filter\n-A INPUT -m comment --comment caf"u8, 0xe9, .. "\nCOMMIT\n"u8];
        Assert.Equal("the line is not UTF-8 text", Restoring.Read(rule).Error!.Text);
    }

    [Fact]
    public void Lines_that_look_through_the_whole_table_are_counted()
    {
        string chains = string.Concat(Enumerable.Range(0, 100_000).Select(i => $":c{i} - [0:0]\n"));
        Assert.Contains("look through the whole table", Bad(chains + string.Concat(Enumerable.Repeat("-F\n", 1_000_000))).Text);
        Assert.Contains("look through the whole table", Bad(chains + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"-X c{i}\n"))).Text);
    }

    [Fact]
    public void Chains_and_jumps_may_be_many()
    {
        string chains = string.Concat(Enumerable.Range(0, 100_000).Select(i => $":c{i} - [0:0]\n"));
        string jumps = string.Concat(Enumerable.Range(0, 99_999).Select(i => $"-A c{i} -j c{i + 1}\n"));
        RuleSet rules = Within(() => Restoring.Good($"*filter\n{chains}{jumps}COMMIT\n"));
        Assert.Equal(100_003, rules.Chains.Length);
        Assert.Equal(RestoreErrorKind.Refused, Within(() => Restoring.Bad($"*filter\n{chains}{jumps}-A c99999 -j c0\nCOMMIT\n")).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData((byte)'\n')]
    [InlineData((byte)'[')]
    [InlineData((byte)'"')]
    [InlineData(0xff)]
    public void A_long_text_of_one_byte_is_answered(byte value)
    {
        var text = new byte[20_000_000];
        Array.Fill(text, value);
        "*filter\n"u8.CopyTo(text);
        Within(() => Assert.NotNull(Restoring.Read(text).Error));
    }

    [Fact]
    public void A_long_list_is_read_fast_with_and_without_counters()
    {
        foreach (bool counts in new[] { false, true })
        {
            var text = new StringBuilder("*filter\n");
            for (int i = 0; i < 100_000; i++)
            {
                text.Append(counts ? $"[{i}:{2 * i}] " : "").Append($"-A INPUT -s 10.{i >> 16}.{(i >> 8) & 255}.{i & 255}/32 -p tcp -m tcp --dport {i % 50} -j ACCEPT\n");
            }

            string whole = text.Append("COMMIT\n").ToString();
            RuleSet rules = Within(() => Restoring.Good(whole, null, new RestoreOptions(Family.IPv4) { TakesCounters = counts }));
            Assert.Equal(whole.Split('\n').Where(line => line.Contains("-A ", StringComparison.Ordinal)), Restoring.SavedRules(rules, withCounters: counts));
        }
    }

    private static RestoreError Bad(string lines) => Within(() => Restoring.Bad($"*filter\n{lines}COMMIT\n"));

    private static void Within(Action work) => Within(() =>
    {
        work();
        return true;
    });

    private static T Within<T>(Func<T> work)
    {
        var watch = Stopwatch.StartNew();
        T result = work();
        Assert.True(watch.Elapsed < Soon, $"took {watch.Elapsed}");
        return result;
    }
}
