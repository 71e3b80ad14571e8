using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The packet's connection has this label (net/netfilter/xt_connlabel.c, connlabel_mt).</summary>
/// <param name="Label">0 to 127.</param>
/// <param name="Sets">It is given the label where it does not have it, so the answer is yes where there is a connection.</param>
public sealed record ConnectionLabelIs(byte Label, bool Sets) : ConnectionQuestion
{
    public override Question Code => this with { Label = 0 };

    public override ulong Argument => Label;

    protected override bool Ask(Packet packet, PacketConnection connection) => Sets || (connection.Labels >> Label & 1) != 0;
}
