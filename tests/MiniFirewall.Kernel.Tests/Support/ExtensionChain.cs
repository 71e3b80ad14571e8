using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The extension headers of an IPv6 packet as their own words have it, as far as the packet goes.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="End">The offset in the packet that the last says it ends at; bytes.</param>
internal readonly record struct ExtensionChain(int Count, int End)
{
    private const int FixedHeader = 40, NextHeader = 6;

    internal static ExtensionChain Of(Packet packet)
    {
        ReadOnlySpan<byte> bytes = packet.Bytes;
        byte next = packet.Family == Family.IPv6 ? bytes[NextHeader] : IPv6HeaderNumber.NoNextHeader;
        int count = 0, offset = FixedHeader;
        while (offset + 2 <= bytes.Length && next is IPv6HeaderNumber.HopByHop or IPv6HeaderNumber.Routing or IPv6HeaderNumber.Fragment
            or IPv6HeaderNumber.Authentication or IPv6HeaderNumber.DestinationOptions)
        {
            int length = IPv6HeaderNumber.LengthOf(next, bytes[offset + 1]);
            next = bytes[offset];
            offset += length;
            count++;
        }

        return new(count, offset);
    }
}
