using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// So many bytes are left that the packet fits (net/netfilter/xt_quota.c): then they are fewer by its length. One that does not fit
/// ends the quota, for smaller ones too. What is remembered is the bytes that are left.
/// </summary>
public sealed record ByteQuota(ulong Bytes) : StatefulQuestion
{
    public override Question Code => new ByteQuota(0);

    public override ulong Start => Bytes;

    public override (ulong First, ulong Second) Constants(int hertz) => (0, 0);

    public override bool Ask(Packet packet, ref ulong memory)
    {
        ulong length = (ulong)packet.Bytes.Length;
        bool fits = memory >= length;
        memory = fits ? memory - length : 0;
        return fits;
    }
}
