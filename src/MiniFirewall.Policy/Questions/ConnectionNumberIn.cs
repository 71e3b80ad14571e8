using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>A number of a connection.</summary>
public enum ConnectionNumber
{
    Protocol,
    OriginalSourcePort,
    OriginalDestinationPort,
    ReplySourcePort,
    ReplyDestinationPort,

    /// <summary>Whole seconds until it ends.</summary>
    SecondsLeft,
}

/// <summary>A number of the packet's connection is in a range (net/netfilter/xt_conntrack.c, ct_proto_port_check_v3).</summary>
public sealed record ConnectionNumberIn(ConnectionNumber Number, uint Low, uint High) : ConnectionQuestion
{
    /// <summary>The kernel's ticks a second; the compiler says it.</summary>
    public int Hertz { get; init; }

    public override bool NeedsPlace => Number == ConnectionNumber.SecondsLeft;

    public override Question Code => this with { Low = 0, High = 0 };

    public override ulong Argument => ((ulong)High << 32) | Low;

    protected override bool Ask(Packet packet, PacketConnection connection)
    {
        uint number = Number switch
        {
            ConnectionNumber.Protocol => connection.Protocol,
            ConnectionNumber.OriginalSourcePort => connection.Original.SourcePort,
            ConnectionNumber.OriginalDestinationPort => connection.Original.DestinationPort,
            ConnectionNumber.ReplySourcePort => connection.Reply.SourcePort,
            ConnectionNumber.ReplyDestinationPort => connection.Reply.DestinationPort,
            _ => connection.SecondsLeft,
        };
        return number >= Low && number <= High;
    }
}
