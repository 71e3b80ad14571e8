using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Restore texts that are made to hurt end in a clear answer, for work that grows with the text and no faster.</summary>
public sealed class RestoreLimitTests(ITestOutputHelper output)
{
    /// <summary>Bytes allocated for one of a text, at most: what is made anew for each line, and kept or not.</summary>
    private const int MostForAByte = 512;

    /// <summary>Whatever the text.</summary>
    private const long MostForNothing = 1 << 20;

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
        Assert.Contains("filter tables", Within(string.Concat(Enumerable.Repeat("*filter\nCOMMIT\n", 1_000_000)), text => Restoring.Bad(text)).Text);

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
        Assert.Contains("look through the whole table", Restoring.Bad($"*filter\n{chains}{string.Concat(Enumerable.Repeat("-F\n", 1_000_000))}COMMIT\n").Text);
        Assert.Contains("look through the whole table", Restoring.Bad($"*filter\n{chains}{string.Concat(Enumerable.Range(0, 100_000).Select(i => $"-X c{i}\n"))}COMMIT\n").Text);
    }

    [Fact]
    public void Chains_and_jumps_may_be_many()
    {
        string chains = string.Concat(Enumerable.Range(0, 100_000).Select(i => $":c{i} - [0:0]\n"));
        string jumps = string.Concat(Enumerable.Range(0, 99_999).Select(i => $"-A c{i} -j c{i + 1}\n"));
        RuleSet rules = Within($"*filter\n{chains}{jumps}COMMIT\n", text => Restoring.Good(text));
        Assert.Equal(100_003, rules.Chains.Length);
        Assert.Equal(RestoreErrorKind.Refused, Within($"*filter\n{chains}{jumps}-A c99999 -j c0\nCOMMIT\n", text => Restoring.Bad(text)).Kind);
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
        Assert.NotNull(Within(text.Length, () => Restoring.Read(text)).Error);
    }

    [Fact]
    public void A_long_list_is_read_fast_with_and_without_counters()
    {
        foreach (bool counts in new[] { false, true })
        {
            var lines = new StringBuilder("*filter\n");
            for (int i = 0; i < 100_000; i++)
            {
                lines.Append(counts ? $"[{i}:{2 * i}] " : "").Append($"-A INPUT -s 10.{i >> 16}.{(i >> 8) & 255}.{i & 255}/32 -p tcp -m tcp --dport {i % 50} -j ACCEPT\n");
            }

            string whole = lines.Append("COMMIT\n").ToString();
            RuleSet rules = Within(whole, text => Restoring.Good(text, null, new RestoreOptions(Family.IPv4) { TakesCounters = counts }));
            Assert.Equal(whole.Split('\n').Where(line => line.Contains("-A ", StringComparison.Ordinal)), Restoring.SavedRules(rules, withCounters: counts));
        }
    }

    private RestoreError Bad(string lines) => Within($"*filter\n{lines}COMMIT\n", text => Restoring.Bad(text));

    private T Within<T>(string text, Func<string, T> read) => Within(text.Length, () => read(text));

    private T Within<T>(int length, Func<T> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        T result = read();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{length} bytes of text, {allocated} allocated, {(double)allocated / length:f1} for each");
        Assert.True(allocated < MostForNothing + ((long)length * MostForAByte), $"{allocated} bytes allocated for {length} of text");
        return result;
    }
}
