using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Rules.Model;

/// <summary>What a rule does with a packet that matches.</summary>
public abstract record Target
{
    /// <summary>Appends the canonical text, from "-j" or "-g" on; nothing for a rule without a target.</summary>
    public abstract void Print(RuleTextWriter writer);

    /// <summary>A packet that matches is reported.</summary>
    public virtual bool Emits => false;

    /// <summary>The compiled meaning; <paramref name="blockOf"/> gives the block of a chain.</summary>
    public abstract Outcome Lower(Func<string, int> blockOf);
}

/// <summary>A rule without a target: it counts, and the next rule follows.</summary>
public sealed record NoTarget : Target
{
    public static NoTarget Instance { get; } = new();

    public override void Print(RuleTextWriter writer)
    {
    }

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;
}

/// <summary>ACCEPT or DROP.</summary>
public sealed record VerdictTarget(Verdict Verdict) : Target
{
    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word(Verdict == Verdict.Accept ? "ACCEPT" : "DROP");

    public override Outcome Lower(Func<string, int> blockOf) => new Decide(Verdict);
}

/// <summary>RETURN: back to the calling chain, or to the policy in a built-in chain.</summary>
public sealed record ReturnTarget : Target
{
    public static ReturnTarget Instance { get; } = new();

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word("RETURN");

    public override Outcome Lower(Func<string, int> blockOf) => Leave.Instance;
}

/// <summary>-j CHAIN or -g CHAIN.</summary>
public sealed record JumpTarget(string Chain, bool IsGoto) : Target
{
    public override void Print(RuleTextWriter writer) => writer.Word(IsGoto ? "-g" : "-j").Word(Chain);

    public override Outcome Lower(Func<string, int> blockOf) => IsGoto ? new TailTo(blockOf(Chain)) : new Call(blockOf(Chain));
}
