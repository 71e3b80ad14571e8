using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using Xunit;

namespace MiniFirewall.Tests.Rules;

/// <summary>Reads texts the same way on every machine: fixed host names, built-in protocols and services, a few users.</summary>
internal static class Reading
{
    internal static readonly NameTable Names = NameTable.Parse(
        """
        192.0.2.10 bigmart.com
        192.0.2.11 bigmart.com
        2001:db8::10 bigmart.com
        192.0.2.20 v4.example
        2001:db8::20 v6.example
        127.0.0.1 localhost
        ::1 localhost
        """);

    /// <summary>The names that this code knows by itself, and some numbers' that iptables' own tests ask for.</summary>
    internal static readonly NetworkNames NumberNames = NetworkNames.Parse(
        "", "", "root:x:0:0:root:/root:/bin/sh\ngames:x:5:60::/:/bin/sh\nsync:x:4:65534::/:/bin/sync", "root:x:0:\nadm:x:4:",
        "# reserved\n0 cosmos\n0x7 seven\n", "0 default");

    internal static ReadOptions Options(FamilySet families = FamilySet.Both) =>
        new() { Families = families, Resolver = Names, Names = NumberNames };

    internal static ReadResult Read(string text, FamilySet families = FamilySet.Both) =>
        RuleSetReader.Read("rules", text, Options(families));

    /// <summary>Reads a text that must be right.</summary>
    internal static RuleSet Good(string text, FamilySet families = FamilySet.Both)
    {
        ReadResult result = Read(text, families);
        Assert.True(result.Rules is not null, text + "\n" + string.Join('\n', result.Diagnostics));
        return result.Rules;
    }

    /// <summary>Reads a text that must be wrong.</summary>
    internal static ImmutableArray<Diagnostic> Bad(string text, FamilySet families = FamilySet.Both)
    {
        ReadResult result = Read(text, families);
        Assert.True(result.Rules is null, "is taken: " + text);
        return result.Diagnostics;
    }

    /// <summary>The lines of a printed rule set that are rules.</summary>
    internal static string[] RuleLines(RuleSet rules) =>
        [.. RuleSetPrinter.Print(rules).Split('\n').Where(line => line.Contains("-A ", StringComparison.Ordinal))];

    /// <summary>Like <see cref="RuleLines"/>, as iptables-save shows one family: without -4 and -6, user chains by name (libiptc).</summary>
    internal static string[] SavedLines(RuleSet rules) =>
    [
        .. rules.Chains.OrderByDescending(chain => chain.IsBuiltIn).ThenBy(chain => chain.IsBuiltIn ? "" : chain.Name, StringComparer.Ordinal).SelectMany(chain => chain.Rules.Select(rule => rule.ToString() is { Length: > 0 } text ? $"-A {chain.Name} {text}" : $"-A {chain.Name}")),
    ];
}
