using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>A member of an IPsec state, under a mask, is a number, or is not.</summary>
/// <param name="Value">Host order, with no bit beside the mask.</param>
public readonly record struct IpsecAsk(IpsecMember Member, UInt128 Value, UInt128 Mask, bool Negated)
{
    /// <summary>The reference meaning.</summary>
    public bool Holds(in IpsecState state) => ((Of(state) & Mask) == Value) != Negated;

    private UInt128 Of(in IpsecState state) => Member switch
    {
        IpsecMember.RequestId => state.RequestId,
        IpsecMember.Spi => state.Spi,
        IpsecMember.Protocol => state.Protocol,
        IpsecMember.Mode => state.Mode,
        IpsecMember.Source => state.Source,
        _ => state.Destination,
    };
}
