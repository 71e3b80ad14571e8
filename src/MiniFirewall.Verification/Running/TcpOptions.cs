using MiniFirewall.Packets;

namespace MiniFirewall.Verification.Running;

/// <summary>Looks for an option in a TCP header (net/netfilter/xt_tcpudp.c, tcp_find_option).</summary>
internal static class TcpOptions
{
    private const int HeaderSize = 20;

    /// <summary>False where the header is shorter than it says.</summary>
    internal static bool Has(Packet packet, int kind)
    {
        ReadOnlySpan<byte> tcp = packet.TransportBytes;
        int length = tcp.Length < HeaderSize ? 0 : (tcp[12] >> 4) * 4;
        if (length <= HeaderSize || length > tcp.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> options = tcp[HeaderSize..length];
        for (int i = 0; i < options.Length;)
        {
            if (options[i] == kind)
            {
                return true;
            }

            i += options[i] < 2 || i + 1 == options.Length || options[i + 1] == 0 ? 1 : options[i + 1];
        }

        return false;
    }
}
