namespace MiniFirewall.Policy.Sets;

/// <summary>What a set says of one element.</summary>
/// <param name="Seconds">Until it goes, 0 for never; null for what the set says.</param>
/// <param name="Packets">That it was found for.</param>
/// <param name="Bytes">Of those packets.</param>
/// <param name="Comment">Empty for none.</param>
public readonly record struct SetElementState(uint? Seconds, ulong Packets, ulong Bytes, string Comment)
{
    /// <summary>Of an element of which nothing is said.</summary>
    public static SetElementState None { get; } = new(null, 0, 0, "");
}
