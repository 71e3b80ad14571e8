using System.Collections.Immutable;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>What is asked of a header of hop-by-hop or destination options (net/ipv6/netfilter/ip6t_hbh.c).</summary>
/// <param name="Length">The header's bytes; null where not asked.</param>
/// <param name="Options">The options that the header begins with; empty where not asked.</param>
public sealed record OptionsComparison(AskedNumber? Length, ImmutableArray<HeaderOption> Options)
{
    internal static OptionsComparison Nothing { get; } = new(null, []);

    public bool Equals(OptionsComparison? other) =>
        other is not null && Length == other.Length && Options.AsSpan().SequenceEqual(other.Options.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Length, Options.Length);

    internal void Print(RuleTextWriter writer, string name)
    {
        writer.Word("-m").Word(name);
        Length?.Print(writer, $"--{name}-len");
        if (!Options.IsEmpty)
        {
            writer.Word($"--{name}-opts").Word(HeaderOptionList.Print(Options));
        }
    }

    internal void List(RuleTextWriter writer, string name)
    {
        writer.Word(name);
        Length?.List(writer, "length");
        if (!Options.IsEmpty)
        {
            writer.Word("opts").Word(HeaderOptionList.Print(Options));
        }
    }

    internal HeaderQuestions QuestionsOf(byte header) => new(
        new HeaderUnreadable(header), new OptionsHeader(header, Length?.Test, Options));
}
