using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>The canonical texts of a rule set's rules as UTF-8, without their chains, in the rule set's order; printed by all CPUs.</summary>
internal sealed class RuleLines
{
    private readonly byte[][] _texts;
    private readonly int[] _ends;

    private RuleLines(int count)
    {
        _texts = new byte[ChunksFor(count)][];
        _ends = new int[count];
        Hashes = new ulong[count];
    }

    internal int Count => _ends.Length;

    /// <summary>A rule's <see cref="TextHash"/>.</summary>
    internal ulong[] Hashes { get; }

    internal static RuleLines Of(RuleSet rules)
    {
        ImmutableArray<Rule> all = [.. rules.Chains.SelectMany(chain => chain.Rules)];
        var lines = new RuleLines(all.Length);
        OnAllCpus.For(lines._texts.Length, chunk => lines.Print(all, chunk));
        return lines;
    }

    /// <summary>The texts of the rules of a chunk, one behind the other.</summary>
    internal ReadOnlySpan<byte> TextOf(int chunk) => _texts[chunk];

    /// <summary>Where each rule's text ends in its chunk's, from the chunk's first rule on.</summary>
    internal ReadOnlySpan<int> EndsOf(int chunk)
    {
        int first = chunk * RuleChunk.Rules;
        return _ends.AsSpan(first, Math.Min(RuleChunk.Rules, Count - first));
    }

    internal static int ChunksFor(int rules) => (rules + RuleChunk.Rules - 1) / RuleChunk.Rules;

    private void Print(ImmutableArray<Rule> rules, int chunk)
    {
        var writer = new RuleTextWriter();
        var text = new byte[16384];
        int end = 0, first = chunk * RuleChunk.Rules;
        for (int i = first; i < Math.Min(first + RuleChunk.Rules, rules.Length); i++)
        {
            writer.Clear();
            RulePrinter.Print(rules[i], writer);
            int most = Encoding.UTF8.GetMaxByteCount(writer.Written.Length);
            if (end + most > text.Length)
            {
                Array.Resize(ref text, Math.Max(text.Length * 2, end + most));
            }

            int length = Encoding.UTF8.GetBytes(writer.Written, text.AsSpan(end));
            Hashes[i] = TextHash.Of(text.AsSpan(end, length));
            end += length;
            _ends[i] = end;
        }

        _texts[chunk] = text[..end];
    }
}
