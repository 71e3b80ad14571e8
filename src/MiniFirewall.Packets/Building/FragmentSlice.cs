namespace MiniFirewall.Packets.Building;

/// <summary>
/// The part of a whole transport that one fragment carries; the checksum is the whole's. The network header's fields
/// (IPv4Header.FragmentOffset, FragmentExtension) are the caller's to set.
/// </summary>
/// <param name="Start">Where the part begins, in 8-byte units; beyond the end gives no bytes.</param>
/// <param name="Length">Bytes at most.</param>
public sealed record FragmentSlice(Transport Whole, int Start, int Length) : Transport
{
    public override byte Protocol => Whole.Protocol;

    public override byte[] ToBytes(PseudoHeader pseudo)
    {
        byte[] whole = Whole.ToBytes(pseudo);
        int start = Math.Min(Start * 8, whole.Length);
        return whole[start..Math.Min(start + Length, whole.Length)];
    }
}
