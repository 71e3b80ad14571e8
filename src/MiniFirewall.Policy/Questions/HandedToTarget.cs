using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Has a target of the kernel's xtables carried out on the packet, behind all statements (struct xt_target, include/linux/netfilter/x_tables.h), or a match for
/// what it does beside answering. It is so of a packet that is dropped, too, unless the target decides.
/// </summary>
/// <param name="Target">Its name and revision, as the kernel knows it.</param>
/// <param name="Information">The bytes of its structure, in the machine's order, as long as the kernel has it.</param>
/// <param name="Decides">What becomes of a packet that passes is the target's to say; one that it was not asked about does not pass.</param>
public sealed record HandedToTarget(string Target, byte Revision, ValueArray<byte> Information, bool Decides) : PacketChange
{
    /// <summary>It is a match (struct xt_match), whose answer is known.</summary>
    public bool IsMatch { get; init; }

    /// <summary>The kernel takes it from rules that name TCP, and not where packets of LOCAL_OUT come by.</summary>
    public bool IsOfTcp { get; init; }

    /// <summary>It takes a server's place in TCP's handshakes: sequence numbers of such a connection are others on either side, which only the kernel's own tracking knows.</summary>
    public bool IsProxy { get; init; }

    /// <summary>All that programs have to tell apart is which of them decide, and which are proxies.</summary>
    public override Question Code => new HandedToTarget("", 0, [], Decides) { IsProxy = IsProxy };

    public override ulong Argument => Number;

    /// <summary>By which slots and chains know it; not 0.</summary>
    public uint Number => Math.Max(KernelNumber.Of(Target, Revision, Information), 1);

    public override Packet Changed(Packet packet) => packet;
}
