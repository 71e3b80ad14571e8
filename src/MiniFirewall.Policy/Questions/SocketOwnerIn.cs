using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>Which number of a socket's owner is asked for.</summary>
public enum OwnerNumber
{
    User,
    Group,

    /// <summary>The group or one of the supplementary ones.</summary>
    AnyGroup,
}

/// <summary>The file of the packet's socket was opened by a user, or a group, from low to high (net/netfilter/xt_owner.c). No, without a socket or a file.</summary>
public sealed record SocketOwnerIn(OwnerNumber Number, uint Low, uint High) : Question
{
    public override Question Code => new SocketOwnerIn(Number, 0, 0);

    public override ulong Argument => ((ulong)High << 32) | Low;

    public override bool Ask(Packet packet) => packet.Socket?.Owner is { } owner && Number switch
    {
        OwnerNumber.User => Holds(owner.User),
        OwnerNumber.Group => Holds(owner.Group),
        _ => Holds(owner.Group) || owner.Groups.Any(Holds),
    };

    private bool Holds(uint number) => number >= Low && number <= High;
}
