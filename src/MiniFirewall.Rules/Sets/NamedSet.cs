using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Rules.Sets;

/// <summary>A set that rules name. Two are equal where they have the same name, type, families and elements.</summary>
/// <param name="number">Its place in the rule set's list.</param>
/// <param name="details">What it keeps of its elements; nothing where not given.</param>
public sealed class NamedSet(string name, int number, SetType type, FamilySet families, SetElements elements, SetDetails? details = null) : IEquatable<NamedSet>
{
    /// <summary>The longest name, as ipset has it.</summary>
    public const int LongestName = 31;

    private bool _isTable;

    private readonly Lazy<SetMembers> _members = new(() => new SetMembers(elements.Span));

    public string Name => name;

    public int Number => number;

    public SetType Type => type;

    /// <summary>The families whose packets can be in the set.</summary>
    public FamilySet Families => families;

    public SetElements Elements => elements;

    /// <summary>What it keeps of its elements, and what bounds it.</summary>
    public SetDetails Details { get; } = details ?? new SetDetails();

    /// <summary>Its elements change while packets come: they have time, counters or texts, or rules put them in and take them out.</summary>
    public bool IsDynamic { get; private set; } = details?.Any == true;

    /// <summary>It has a table of its own: its elements change while packets come, or the kernel has nothing else for sets.</summary>
    public bool IsTable => IsDynamic || _isTable;

    /// <summary>The set as questions about it name it.</summary>
    public DynamicSet Dynamic => new(
        name, type.Shape, families, type.Parts[0] == SetPart.Network, type.Parts.Length > 1 && type.Parts[^1] == SetPart.Network, Details);

    /// <summary>Its elements with what is said of each; of several of one the last.</summary>
    public SetContents Contents => new(() => elements.Sorted().Select(element => (element, elements.StateOf(element))));

    /// <summary>Rules change it.</summary>
    public void MakeDynamic() => IsDynamic = true;

    /// <summary>The kernel has nothing else for sets.</summary>
    public void MakeTable() => _isTable = true;

    /// <summary>Whether an element decides for these whole addresses and this port; the reference meaning.</summary>
    /// <param name="wantsNoMatch">An element that says nomatch counts, and only such a one.</param>
    public bool Holds(in SetElement packet, bool wantsNoMatch = false) => _members.Value.Holds(packet, wantsNoMatch);

    public bool Equals(NamedSet? other) => ReferenceEquals(this, other) || (other is not null && Name == other.Name && Type == other.Type && Families == other.Families
        && Details == other.Details && Elements.Sorted().AsSpan().SequenceEqual(other.Elements.Sorted()));

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
