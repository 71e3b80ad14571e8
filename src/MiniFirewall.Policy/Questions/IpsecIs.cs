using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>What IPsec has done, or is to do, with a packet.</summary>
public enum IpsecDeed
{
    /// <summary>The kernel keeps a path of what the packet was taken out of, be it empty.</summary>
    PathIsKept,

    /// <summary>The packet was taken out of something.</summary>
    Unwrapped,

    /// <summary>The packet's route wraps it.</summary>
    WillBeWrapped,
}

/// <summary>IPsec has done it, or will (net/netfilter/xt_policy.c).</summary>
public sealed record IpsecIs(IpsecDeed Deed) : Question
{
    public override bool Ask(Packet packet) => Deed switch
    {
        IpsecDeed.PathIsKept => packet.IpsecPath is not null,
        IpsecDeed.Unwrapped => packet.IpsecPath is { IsEmpty: false },
        _ => !packet.IpsecRoute.IsEmpty,
    };
}
