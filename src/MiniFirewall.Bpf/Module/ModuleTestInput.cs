using MiniFirewall.Packets;

namespace MiniFirewall.Bpf;

/// <summary>
/// A packet in the form that test runs of LWT_OUT programs take (net/bpf/test_run.c, bpf_prog_test_run_skb): behind an Ethernet header,
/// which the program does not see. The packet is linear, has no mark, no socket and no connection; the words that the module leaves for
/// programs are zero, so the hook's state is at address zero, where every read gives zero.
/// </summary>
public static class ModuleTestInput
{
    private const int EthernetHeader = 14;

    public static byte[] Of(Family family, ReadOnlySpan<byte> packet)
    {
        byte[] frame = new byte[EthernetHeader + packet.Length];
        (frame[12], frame[13]) = family == Family.IPv4 ? ((byte)0x08, (byte)0x00) : ((byte)0x86, (byte)0xdd);
        packet.CopyTo(frame.AsSpan(EthernetHeader));
        return frame;
    }
}
