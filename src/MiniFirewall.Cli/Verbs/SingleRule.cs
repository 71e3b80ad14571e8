using MiniFirewall.Rules.Language;
using MiniFirewall.Verbs;

namespace MiniFirewall.Cli.Verbs;

/// <summary>Changes of one rule of one family at a chain's end, or of one that goes: commands that need no look at the other rules.</summary>
internal static class SingleRule
{
    private const string V4 = "   # IPv4", V6 = "   # IPv6";

    /// <summary>The command that makes the change; null where there is no such command.</summary>
    internal static RuleCommand? CommandOf(VerbChange change, ReadOptions options)
    {
        if (change.Lines() is not [var line] || !(line.StartsWith("+ -A ", StringComparison.Ordinal) || line.StartsWith("- -D ", StringComparison.Ordinal))
            || !(line.EndsWith(V4, StringComparison.Ordinal) || line.EndsWith(V6, StringComparison.Ordinal)) || line.AsSpan().IndexOfAny('"', '\\') >= 0)
        {
            return null;
        }

        bool isV4 = line.EndsWith(V4, StringComparison.Ordinal);
        string[] words = line[2..^V4.Length].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return RuleCommand.Read(isV4 ? "iptables" : "ip6tables", words, options with { Families = isV4 ? Packets.FamilySet.IPv4 : Packets.FamilySet.IPv6 }, out _);
    }
}
