using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.Sets;

/// <summary>What is to be done to a set.</summary>
public enum SetEdit
{
    Add,
    Remove,

    /// <summary>The elements take the place of all that are there, at one moment.</summary>
    Replace,
}

/// <summary>A set in force.</summary>
/// <param name="Count">Elements.</param>
/// <param name="Bytes">Memory of its image.</param>
public sealed record SetSummary(NamedSet Set, int Count, long Bytes);
