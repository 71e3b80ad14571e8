namespace MiniFirewall.Policy.Sets;

/// <summary>Which parts of an element are read from a packet's source; the others are from its destination.</summary>
[Flags]
public enum SetSides
{
    None = 0,
    First = 1,
    Port = 2,
    Second = 4,
}
