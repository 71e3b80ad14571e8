using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Language;

/// <summary>
/// Random rules of the matches that look into headers, before the real iptables: what it saves is what we print, and what it
/// lists is what our matches list, with names and without.
/// </summary>
public sealed class HeaderMatchTextTests
{
    private const int RulesOfAFamily = 1500;

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Saved_and_listed_as_iptables_does(Family family) =>
        HeaderRuleGen.For(family).Array[RulesOfAFamily].Sample(rules => Compare(family, [.. rules.Distinct()]), iter: 1, threads: 1);

    /// <summary>A port has a name where the machine's services give it one for that protocol.</summary>
    [Fact]
    public void Ports_have_the_names_of_the_machines_services() => Compare(
        Family.IPv4, [.. from protocol in new[] { "tcp", "udp" } from port in new[] { 22, 53, 80, 443, 8080, 5060, 1812, 5353 } select $"-p {protocol} -m {protocol} --dport {port}"]);

    private static void Compare(Family family, string[] typed)
    {
        Rule[] ours = [.. typed.Select(text => Read(family, text))];
        using var place = new NetworkNamespace();
        string program = family == Family.IPv4 ? "iptables-legacy" : "ip6tables-legacy";
        place.Execute(program + "-restore", [], $"*filter\n{string.Concat(typed.Select(text => $"-A INPUT {text}\n"))}COMMIT\n");

        string[] saved = [.. Lines(place.Execute(program + "-save", [])).Where(line => line.StartsWith("-A INPUT", StringComparison.Ordinal))];
        Assert.Equal(ours.Select(rule => $"-A INPUT {rule}".TrimEnd()), saved);
        foreach (bool isNumeric in new[] { true, false })
        {
            string[] options = isNumeric ? ["-L", "INPUT", "-n"] : ["-L", "INPUT"];
            string[] listed = [.. Lines(place.Execute(program, options)).Skip(2)];
            Assert.Equal(ours.Length, listed.Length);
            for (int i = 0; i < ours.Length; i++)
            {
                string line = listed[i].TrimEnd() + (ours[i].Matches.Length == 0 ? "  " : "");
                Assert.True(line.EndsWith($"  {List(ours[i], isNumeric)}", StringComparison.Ordinal), $"{typed[i]}\niptables: {line}\nminiFirewall: {List(ours[i], isNumeric)}");
            }
        }
    }

    /// <summary>The protocols' numbers, each by the name that iptables prints.</summary>
    [Theory]
    [InlineData(Family.IPv4, (byte)58)]
    [InlineData(Family.IPv6, (byte)1)]
    public void Protocols_have_iptables_names(Family family, byte foreign)
    {
        byte[] numbers = [.. Enumerable.Range(0, 256).Select(n => (byte)n).Where(n => n != foreign)];
        using var place = new NetworkNamespace();
        string program = family == Family.IPv4 ? "iptables-legacy" : "ip6tables-legacy";
        string text = $"*filter\n{string.Concat(numbers.Select(n => $"-A INPUT -p {n}\n"))}{string.Concat(numbers.Skip(1).Select(n => $"-A INPUT ! -p {n}\n"))}COMMIT\n";
        place.Execute(program + "-restore", [], text);
        string[] saved = [.. Lines(place.Execute(program + "-save", [])).Where(line => line.StartsWith("-A INPUT", StringComparison.Ordinal))];
        Assert.Equal(saved, RuleText.Read(text).Find("INPUT")!.Rules.Select(rule => $"-A INPUT {rule}".TrimEnd()));
        Assert.Equal(saved, Lines(text).Where(line => line.StartsWith("-A", StringComparison.Ordinal)).Select(line => Read(family, line[9..])).Select(rule => $"-A INPUT {rule}".TrimEnd()));
    }

    private static Rule Read(Family family, string text) =>
        RuleText.Read($"*filter\n{(family == Family.IPv4 ? "-4" : "-6")} -A INPUT {text}\nCOMMIT\n").Find("INPUT")!.Rules.Single();

    private static string List(Rule rule, bool isNumeric)
    {
        var writer = new RuleTextWriter();
        foreach (Match match in rule.Matches)
        {
            match.List(writer, new ListStyle(isNumeric, NetworkNames.System));
        }

        return writer.ToString().TrimEnd();
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
