using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// Gives the packet the mark that a target of the kernel's xtables computes of it (struct xt_target, include/linux/netfilter/x_tables.h), which has been asked before the
/// first statement, by chains in front of the program; where it computes none, the packet keeps its mark.
/// </summary>
/// <param name="Target">Its name and revision, as the kernel knows it.</param>
/// <param name="Information">The bytes of its structure, in the machine's order, as long as the kernel has it.</param>
public sealed record PacketMarkComputed(string Target, byte Revision, ValueArray<byte> Information) : PacketChange
{
    public override ImmutableArray<Field> Reads => [Field.Mark];

    public override Question Code => new PacketMarkComputed("", 0, []);

    public override ulong Argument => Number;

    public override bool ChangesMark => true;

    /// <summary>By which slots and chains know it.</summary>
    public uint Number => KernelNumber.OfAsked(Target, Revision, Information);

    /// <summary>Of a packet that is only described, nobody has computed one.</summary>
    public override Packet Changed(Packet packet) => packet;
}
