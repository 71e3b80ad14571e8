namespace MiniFirewall.Packets;

/// <summary>What IPsec has taken a packet out of, or is to wrap it in: a security association (struct xfrm_state).</summary>
/// <param name="RequestId">Of the policy's template that it serves (reqid).</param>
/// <param name="Spi">The security parameter index, host order.</param>
/// <param name="Protocol">ESP, AH or IPComp.</param>
/// <param name="Mode">0 for transport, 1 for tunnel, others as in linux/xfrm.h.</param>
/// <param name="Source">The end that sends, host order; an IPv4 address stands in the low 32 bits.</param>
/// <param name="Destination">The end that receives.</param>
public readonly record struct IpsecState(uint RequestId, uint Spi, byte Protocol, byte Mode, UInt128 Source, UInt128 Destination)
{
    /// <summary>States that the kernel keeps of one packet (XFRM_MAX_DEPTH).</summary>
    public const int Most = 6;

    public const byte Transport = 0, Tunnel = 1;
}
