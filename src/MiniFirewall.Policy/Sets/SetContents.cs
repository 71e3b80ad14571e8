namespace MiniFirewall.Policy.Sets;

/// <summary>
/// The elements that a set begins with, for the reference meaning of questions about it. They are no part of what is asked: two
/// are always equal.
/// </summary>
public sealed class SetContents(Func<IEnumerable<(SetElement Element, SetElementState State)>> elements) : IEquatable<SetContents>
{
    public static SetContents Empty { get; } = new(() => []);

    public IEnumerable<(SetElement Element, SetElementState State)> Elements => elements();

    public bool Equals(SetContents? other) => other is not null;

    public override bool Equals(object? obj) => obj is SetContents;

    public override int GetHashCode() => 0;

    public override string ToString() => "";
}
