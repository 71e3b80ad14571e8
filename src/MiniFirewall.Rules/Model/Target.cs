using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Rules.Model;

/// <summary>What a rule does with a packet that matches.</summary>
public abstract record Target
{
    /// <summary>What stands behind -j or -g; empty for a rule without a target.</summary>
    public abstract string Name { get; }

    /// <summary>Families these arguments make sense for.</summary>
    public virtual FamilySet Families => FamilySet.Both;

    /// <summary>Why it cannot stand in a chain that packets of this hook come to; null where it can (xtables' hook masks).</summary>
    public virtual string? RefusalAt(Hook hook) => null;

    /// <summary>As <see cref="Match.Settled"/>.</summary>
    public virtual Target Settled(FamilySet families) => this;

    /// <summary>Appends the canonical text, from "-j" or "-g" on; nothing for a rule without a target.</summary>
    public abstract void Print(RuleTextWriter writer);

    /// <summary>Appends what iptables -L shows of its arguments, behind the matches, as words.</summary>
    public virtual void List(RuleTextWriter writer, ListStyle style)
    {
    }

    /// <summary>The verdict that it gives; null where it leads on.</summary>
    public virtual Verdict? Decides => null;

    /// <summary>The verdict that it gives this packet, which matches; null where it leads on.</summary>
    public virtual Verdict? DecidesOf(Packet packet) => Decides;

    /// <summary>
    /// What it does with each kind of packet; empty where it does the same with all. A rule is one statement for each kind, in this order, and all of them have
    /// its counter.
    /// </summary>
    public virtual ImmutableArray<TargetPart> Parts => [];

    /// <summary>A packet that matches is reported.</summary>
    public virtual bool Emits => false;

    /// <summary>It asks what the packet is to its connection, or changes what is known of that.</summary>
    public virtual bool AsksConnection => false;

    /// <summary>The sender of a packet that matches is told.</summary>
    public virtual bool Answers => false;

    /// <summary>A packet that matches is handed to the readers of a netlink group.</summary>
    public virtual bool HandsPackets => false;

    /// <summary>How it changes a packet that matches; null where it does not.</summary>
    public virtual PacketChange? Change => null;

    /// <summary>
    /// Appends what is done with a packet that matches, beside a report and the outcome: questions that are always answered yes, but for a change
    /// for which there is no room, and a packet that cannot be changed does not pass.
    /// </summary>
    public virtual void LowerEffect(Family family, ImmutableArray<Step>.Builder steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        LowerChange(Change, steps);
    }

    /// <summary>A packet that cannot be changed does not pass.</summary>
    internal static void LowerChange(PacketChange? change, ImmutableArray<Step>.Builder steps)
    {
        if (change is not null)
        {
            steps.Add(new DropWhen(new QuestionTest(change, Negated: true)));
        }
    }

    /// <summary>The compiled meaning; <paramref name="blockOf"/> gives the block of a chain.</summary>
    public abstract Outcome Lower(Func<string, int> blockOf);
}

/// <summary>A rule without a target: it counts, and the next rule follows.</summary>
public sealed record NoTarget : Target
{
    public static NoTarget Instance { get; } = new();

    public override string Name => "";

    public override void Print(RuleTextWriter writer)
    {
    }

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;
}

/// <summary>ACCEPT or DROP.</summary>
public sealed record VerdictTarget(Verdict Verdict) : Target
{
    public override string Name => Verdict == Verdict.Accept ? "ACCEPT" : "DROP";

    public override Verdict? Decides => Verdict;

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word(Name);

    public override Outcome Lower(Func<string, int> blockOf) => new Decide(Verdict);
}

/// <summary>RETURN: back to the calling chain, or to the policy in a built-in chain.</summary>
public sealed record ReturnTarget : Target
{
    public static ReturnTarget Instance { get; } = new();

    public override string Name => "RETURN";

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word(Name);

    public override Outcome Lower(Func<string, int> blockOf) => Leave.Instance;
}

/// <summary>-j CHAIN or -g CHAIN.</summary>
public sealed record JumpTarget(string Chain, bool IsGoto) : Target
{
    public override string Name => Chain;

    public override void Print(RuleTextWriter writer) => writer.Word(IsGoto ? "-g" : "-j").Word(Chain);

    public override Outcome Lower(Func<string, int> blockOf) => IsGoto ? new TailTo(blockOf(Chain)) : new Call(blockOf(Chain));
}
