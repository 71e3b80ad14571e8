using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>Rules from and to text.</summary>
internal static class RuleText
{
    /// <summary>Reads lines of the rule language.</summary>
    /// <exception cref="VerbException">They cannot be read.</exception>
    internal static RuleSet Read(string lines, ReadOptions options)
    {
        ReadResult read = RuleSetReader.Read("rule", lines, options with { TakesAnyEstimator = true });
        return read.Rules ?? throw new VerbException(read.Diagnostics[0] is var wrong && wrong.Help.Length > 0 ? $"{wrong.Message}; {wrong.Help}" : wrong.Message);
    }

    /// <summary>The rules of one chain, of lines that begin behind "-A CHAIN".</summary>
    internal static ImmutableArray<Rule> Read(string chain, IEnumerable<string> rules, ReadOptions options) =>
        Read(string.Concat(rules.Select(rule => $"-A {chain} {rule}\n")), options).Find(chain)!.Rules;

    internal static Rule WithComment(this Rule rule, string? comment) =>
        comment is null ? rule : rule with { Matches = rule.Matches.Add(new CommentMatch(comment)) };

    internal static Rule WithoutComments(this Rule rule) =>
        rule.Matches.Any(match => match is CommentMatch) ? rule with { Matches = rule.Matches.RemoveAll(match => match is CommentMatch) } : rule;

    /// <summary>
    /// Whether two rules may be about the same packets: told by protocol and addresses, which are compared at once. Host names are not, for
    /// what they stand for changes.
    /// </summary>
    internal static bool HasSameEnds(this Rule rule, Rule other) =>
        rule.Protocol == other.Protocol && MayBeSame(rule.Source, other.Source) && MayBeSame(rule.Destination, other.Destination);

    private static bool MayBeSame(AddressSpec? one, AddressSpec? other) =>
        one is MaskedAddress && other is MaskedAddress ? one == other : one is null == other is null;

    internal static IEnumerable<string> CommentsOf(Rule rule) => rule.Matches.OfType<CommentMatch>().Select(comment => comment.Text);

    /// <summary>Eight hexadecimal digits that say the chain and the rules, but for their comments: the same on every machine and day.</summary>
    internal static string Hash(string chain, IEnumerable<Rule> rules)
    {
        string text = chain + string.Concat(rules.Select(rule => $"\n{(int)rule.Families} {rule.WithoutComments()}"));
        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
    }
}
