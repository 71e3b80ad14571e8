using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Reads restore texts and prints what they leave, the same way on every machine.</summary>
internal static class Restoring
{
    internal static RestoreResult Read(string text, RuleSet? start = null, RestoreOptions? restore = null) =>
        Read(Encoding.UTF8.GetBytes(text), start, restore);

    internal static RestoreResult Read(byte[] text, RuleSet? start = null, RestoreOptions? restore = null) =>
        RestoreReader.Read(text, start ?? RuleSet.Empty, Reading.Options(), restore ?? new RestoreOptions(Family.IPv4));

    /// <summary>The rules of a text that must be right.</summary>
    internal static RuleSet Good(string text, RuleSet? start = null, RestoreOptions? restore = null)
    {
        RestoreResult result = Read(text, start, restore);
        Assert.True(result.Rules is not null, $"{text}\n{result.Error}");
        return result.Rules;
    }

    /// <summary>What is wrong with a text that must be wrong.</summary>
    internal static RestoreError Bad(string text, RuleSet? start = null, RestoreOptions? restore = null)
    {
        RestoreResult result = Read(text, start, restore);
        Assert.True(result.Rules is null && result.Error is not null, "is taken: " + text);
        return result.Error;
    }

    /// <summary>iptables-save's text with the counters that the rules carry.</summary>
    internal static string Save(RuleSet rules, Family family = Family.IPv4, bool withCounters = false)
    {
        using var output = new StringWriter();
        SavePrinter.Print(
            output,
            rules,
            family,
            chain => chain.PolicyOf(family).Counters ?? default,
            withCounters ? (chain, index) => chain.Rules[index].Counters ?? default : null);
        return output.ToString();
    }

    /// <summary>Its lines that are rules.</summary>
    internal static string[] SavedRules(RuleSet rules, Family family = Family.IPv4, bool withCounters = false) =>
        [.. Save(rules, family, withCounters).Split('\n').Where(line => line.Contains("-A ", StringComparison.Ordinal))];
}
