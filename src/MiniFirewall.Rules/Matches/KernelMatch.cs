using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// A match that a BPF program cannot answer and the kernel's own module of that name does, in front of the rules (docs/changes.md). Its information is
/// a structure of include/uapi/linux/netfilter, its end filled up to eight bytes (XT_ALIGN) as xtables has it.
/// </summary>
public abstract record KernelMatch : Match
{
    public sealed override KernelMatchHolds? AsksKernel(Family family) => new(Name, Revision, [.. Information(family)], Protocol) { Instead = Instead };

    /// <summary>The rule wants packets for which it does not hold.</summary>
    protected virtual bool WantsOthers => false;

    /// <summary>Who is asked where the match would do more than answer; null for the match itself.</summary>
    protected virtual LoadedText? Instead => null;

    /// <summary>Which of the structures it is.</summary>
    protected virtual byte Revision => 0;

    /// <summary>The protocol that a rule with it names; 0 where it need not name one.</summary>
    protected virtual byte Protocol => 0;

    /// <summary>The structure, in the machine's byte order.</summary>
    protected abstract byte[] Information(Family family);

    /// <summary>Of a packet that is only described, nobody knows: as if it did not hold.</summary>
    public override MatchResult Evaluate(Packet packet) => WantsOthers ? MatchResult.Match : MatchResult.Miss;

    /// <summary>A packet that nobody has been asked about does not pass.</summary>
    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (Lack is { } lack)
        {
            throw new NotSupportedException(lack);
        }

        LowerQuestion(AsksKernel(family)!, WantsOthers, steps);
    }

    internal static void LowerQuestion(KernelMatchHolds question, bool wantsOthers, ImmutableArray<Step>.Builder steps)
    {
        steps.Add(new DropWhen(new QuestionTest(new KernelUnasked(question.Number))));
        steps.Add(new Require(new QuestionTest(question, wantsOthers)));
    }
}
