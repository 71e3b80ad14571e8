using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The packet came in with an Ethernet header whose source is this address, or is not, where negated. A packet without such a
/// header is no in both cases (net/netfilter/xt_mac.c).
/// </summary>
/// <param name="Address">48 bits, the first byte most significant.</param>
public sealed record LinkSourceIs(ulong Address, bool Negated) : Question
{
    public override Question Code => new LinkSourceIs(0, Negated);

    public override ulong Argument => Address;

    public override bool Ask(Packet packet) => packet.Link is { } link && link.Source == Address != Negated;
}
