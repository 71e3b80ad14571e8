using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.Files;

/// <summary>
/// Waits until every BPF program that runs now has ended: Netfilter runs its hooks in an RCU read-side section, and
/// membarrier(MEMBARRIER_CMD_GLOBAL) is a whole RCU grace period (kernel/sched/membarrier.c).
/// </summary>
public static class GracePeriod
{
    private const int Global = 1, InvalidArgument = 22, NoSuchCall = 38;
    private const int AddressFamilyPacket = 17, Raw = 3, CloseOnExec = 0x80000;

    /// <summary>Blocks for some milliseconds.</summary>
    /// <exception cref="SystemCallException"/>
    public static void Wait()
    {
        if (FileCalls.MemoryBarrier(SystemCallNumbers.MemoryBarrier, Global, 0, 0) == 0)
        {
            return;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno is not (InvalidArgument or NoSuchCall))
        {
            throw new SystemCallException("membarrier(MEMBARRIER_CMD_GLOBAL)", errno);
        }

        WaitByPacketSocket();
    }

    /// <summary>
    /// The same where the kernel has no such barrier (nohz_full CPUs): closing a packet socket waits for a grace period
    /// (net/packet/af_packet.c, packet_release). Needs CAP_NET_RAW.
    /// </summary>
    /// <exception cref="SystemCallException"/>
    public static void WaitByPacketSocket()
    {
        int socket = FileCalls.Socket(AddressFamilyPacket, Raw | CloseOnExec, 0);
        if (socket < 0)
        {
            throw SystemCallException.FromLastError("socket(AF_PACKET)");
        }

        new FileDescriptor(socket).Dispose();
    }
}
