using MiniFirewall.Packets;

namespace MiniFirewall.Policy;

/// <summary>
/// A question that changes the packet, or has something done with it, and is answered yes unless there is no room to note that. It stands in a <see cref="DropWhen"/>: a
/// target's last in a statement, where all that the statement requires holds, a match's in its place.
/// </summary>
public abstract record PacketChange : Question
{
    /// <summary>It is the mark that it changes, which statements behind may ask for.</summary>
    public virtual bool ChangesMark => false;

    public sealed override bool Ask(Packet packet) => true;

    /// <summary>The packet as statements behind it see it.</summary>
    public abstract Packet Changed(Packet packet);
}
