using MiniFirewall.Packets;

namespace MiniFirewall.Bpf;

/// <summary>
/// A packet in the form that test runs of netfilter programs take (net/bpf/test_run.c, bpf_prog_test_run_nf): from the
/// network header on at LOCAL_OUT, behind an Ethernet header at every other hook.
/// Such a run differs from real traffic: the packet is linear and has no mark, no socket and no connection; the input
/// interface is null at every hook, the output interface is the loopback device of the caller's network namespace; at
/// LOCAL_OUT skb->network_header is not set and only skb->data tells where the packet starts.
/// </summary>
public sealed class NetfilterTestInput
{
    private const int EthernetHeader = 14;

    /// <exception cref="ArgumentException">The packet is too short for the kernel: see <see cref="MinimumLength"/>.</exception>
    public NetfilterTestInput(Family family, Hook hook, ReadOnlySpan<byte> packet)
    {
        int minimum = MinimumLength(family, hook);
        if (packet.Length < minimum)
        {
            throw new ArgumentException($"the kernel runs no {family} packet of {packet.Length} bytes at {hook}; {minimum} is the least");
        }

        int start = hook == Hook.LocalOut ? 0 : EthernetHeader;
        Data = new byte[start + packet.Length];
        packet.CopyTo(Data.AsSpan(start));
        if (start != 0)
        {
            (Data[12], Data[13]) = family == Family.IPv4 ? ((byte)0x08, (byte)0x00) : ((byte)0x86, (byte)0xdd);
        }

        Context = [(byte)hook, (byte)family];
    }

    /// <summary>What BPF_PROG_TEST_RUN is given.</summary>
    public byte[] Data { get; }

    /// <summary>The start of struct nf_hook_state: hook and family. The kernel takes the rest as zero, and must.</summary>
    public byte[] Context { get; }

    /// <summary>The shortest packet, from its network header on, that the kernel runs.</summary>
    public static int MinimumLength(Family family, Hook hook) => family == Family.IPv6 && hook != Hook.LocalOut ? 40 : 20;
}
