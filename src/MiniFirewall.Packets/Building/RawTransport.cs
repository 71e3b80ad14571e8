namespace MiniFirewall.Packets.Building;

/// <summary>Any protocol number with the payload's bytes as they are.</summary>
public sealed record RawTransport(byte Number) : Transport
{
    public override byte Protocol => Number;

    public override byte[] ToBytes(PseudoHeader pseudo) => [.. Payload];
}
