using MiniFirewall.Packets;

namespace MiniFirewall.Policy;

/// <summary>
/// A question that remembers: each statement that asks it has eight bytes of its own, which all packets that come to the statement
/// share, on every hook of its family. They are as <see cref="Start"/> says when a rule set is put in force; so they are too
/// in the kernel's own tables, which make all rules anew for every change.
/// </summary>
public abstract record StatefulQuestion : Question
{
    /// <summary>The number of its memory among those of a program; the compiler gives it.</summary>
    public int Cell { get; init; }

    public sealed override bool NeedsPlace => true;

    public sealed override ulong Argument => (ulong)Cell;

    /// <summary>What is remembered before the first packet.</summary>
    public abstract ulong Start { get; }

    /// <summary>Numbers that stand beside the memory, for a shared function to read.</summary>
    public abstract (ulong First, ulong Second) Constants(int hertz);

    /// <summary>The reference meaning, given what is remembered, and remembering.</summary>
    public abstract bool Ask(Packet packet, ref ulong memory);

    /// <summary>The answer to the first packet.</summary>
    public sealed override bool Ask(Packet packet)
    {
        ulong memory = Start;
        return Ask(packet, ref memory);
    }
}
