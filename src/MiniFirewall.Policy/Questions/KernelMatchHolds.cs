using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A match of the kernel's xtables holds for the packet (struct xt_match, include/linux/netfilter/x_tables.h): it has been asked before the first statement,
/// by chains in front of the program. Of a packet that is only described, no.
/// </summary>
/// <param name="Match">Its name and revision, as the kernel knows it.</param>
/// <param name="Information">The bytes of its structure, in the machine's order, as long as the kernel has it.</param>
/// <param name="Protocol">The protocol that it takes packets of only (struct xt_match, proto); 0 for any.</param>
public sealed record KernelMatchHolds(string Match, byte Revision, ValueArray<byte> Information, byte Protocol) : Question
{
    /// <summary>Who answers where the match would do more than that: it holds where something is known.</summary>
    public LoadedText? Instead { get; init; }

    public override Question Code => new KernelMatchHolds("", 0, [], 0);

    public override ulong Argument => Number;

    /// <summary>By which slots and chains know it.</summary>
    public uint Number => KernelNumber.OfAsked(Match, Revision, Information);

    public override bool Ask(Packet packet) => false;
}
