namespace MiniFirewall.Policy.Questions;

/// <summary>What of an IPsec state is asked for (<see cref="Packets.IpsecState"/>).</summary>
public enum IpsecMember
{
    RequestId,
    Spi,
    Protocol,
    Mode,
    Source,
    Destination,
}
