using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Rules.Sets;

/// <summary>A set that rules name. Two are equal where they have the same name, type, families and elements.</summary>
/// <param name="number">Its place in the rule set's list.</param>
public sealed class NamedSet(string name, int number, SetType type, FamilySet families, SetElements elements) : IEquatable<NamedSet>
{
    /// <summary>The longest name, as ipset has it.</summary>
    public const int LongestName = 31;

    private readonly Lazy<SetMembers> _members = new(() => new SetMembers(elements.Span));

    public string Name => name;

    public int Number => number;

    public SetType Type => type;

    /// <summary>The families whose packets can be in the set.</summary>
    public FamilySet Families => families;

    public SetElements Elements => elements;

    /// <summary>Whether an element decides for these whole addresses and this port; the reference meaning.</summary>
    public bool Holds(in SetElement packet) => _members.Value.Holds(packet);

    public bool Equals(NamedSet? other) => ReferenceEquals(this, other) || (other is not null && Name == other.Name && Type == other.Type && Families == other.Families
        && Elements.Sorted().AsSpan().SequenceEqual(other.Elements.Sorted()));

    public override bool Equals(object? obj) => Equals(obj as NamedSet);

    public override int GetHashCode() => HashCode.Combine(Name, Type, Families);

    /// <summary>What is wrong with a name; empty where nothing is.</summary>
    public static string WhyNoName(string text) => text switch
    {
        "" => "it is empty",
        { Length: > LongestName } => $"it is longer than {LongestName} characters",
        ['-' or '!', ..] => $"it begins with {text[0]}",
        _ when text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\' or '{' or '}' or ',' or '#') =>
            "it has a blank, quote, comma, brace or the like in it",
        _ => "",
    };
}
