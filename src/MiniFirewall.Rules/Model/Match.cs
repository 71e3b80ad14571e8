using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Rules.Model;

/// <summary>What a match says of one packet.</summary>
public enum MatchResult
{
    Miss,
    Match,

    /// <summary>The packet is too short, or too odd, to be judged: it is dropped at once (xtables' hotdrop).</summary>
    Invalid,
}

/// <summary>
/// One match of a rule, with its arguments. A kind of match is one file: a sealed record deriving from this, and its
/// grammar (registered in MatchRegistry). It carries three independent things: text, reference meaning, compiled meaning.
/// </summary>
public abstract record Match
{
    /// <summary>The name -m takes.</summary>
    public abstract string Name { get; }

    /// <summary>Families these arguments make sense for.</summary>
    public virtual FamilySet Families => FamilySet.Both;

    /// <summary>
    /// What is missing to run it, as the end of "cannot be in force: "; null where nothing is. Such a match is read, checked and
    /// printed, and a rule with it is refused before anything changes; its meanings are never asked for.
    /// </summary>
    public virtual string? Lack => null;

    /// <summary>What of the running system its text led to when it was read, which the same text may not lead to another time; null for nothing.</summary>
    public virtual string? ReadWith => null;

    /// <summary>It asks what the packet is to its connection, so connections are to be tracked.</summary>
    public virtual bool AsksConnection => false;

    /// <summary>What the kernel's own match is asked in front of the rules, for a packet of the family; null where it is not.</summary>
    public virtual KernelMatchHolds? AsksKernel(Family family) => null;

    /// <summary>What the kernel's own match does, behind the rules, with a packet for which it is asked; null where it does nothing.</summary>
    public virtual HandedToTarget? HandsTo => null;

    /// <summary>Why it cannot stand in a chain that packets of this hook come to; null where it can (xtables' hook masks).</summary>
    public virtual string? RefusalAt(Hook hook) => null;

    /// <summary>
    /// The same as it stands in a rule for <paramref name="families"/>: what is so for the packet's family unsaid is not said, so that
    /// rules that mean the same are equal.
    /// </summary>
    public virtual Match Settled(FamilySet families) => this;

    /// <summary>Appends the canonical text, from "-m name" on, as iptables-save prints it, without a leading space.</summary>
    public abstract void Print(RuleTextWriter writer);

    /// <summary>Appends what iptables -L shows of it, as words; nothing where it shows nothing.</summary>
    public virtual void List(RuleTextWriter writer, ListStyle style)
    {
    }

    /// <summary>The reference meaning: plain, slow, and independent of <see cref="Lower"/>.</summary>
    public abstract MatchResult Evaluate(Packet packet);

    /// <summary>The compiled meaning: appends steps that mean the same for packets of <paramref name="family"/>.</summary>
    public abstract void Lower(Family family, ImmutableArray<Step>.Builder steps);
}
