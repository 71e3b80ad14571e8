using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Rules.Model;

/// <summary>
/// A target that a BPF program cannot carry out and the kernel's own module of that name does, behind the rules (docs/changes.md). Its information is
/// a structure of include/uapi/linux/netfilter, its end filled up to eight bytes (XT_ALIGN) as xtables has it.
/// </summary>
public abstract record KernelTarget : Target
{
    public override PacketChange? Change => new HandedToTarget(Module, Revision, [.. Information()], Decides is not null);

    /// <summary>The kernel's name of the target.</summary>
    protected virtual string Module => Name;

    /// <summary>Which of the structures it is.</summary>
    protected virtual byte Revision => 0;

    /// <summary>The structure, in the machine's byte order.</summary>
    protected abstract byte[] Information();

    /// <summary>A target that decides is met by packets that pass: it has the last word.</summary>
    public override Outcome Lower(Func<string, int> blockOf) => Decides is { } verdict ? new Decide(verdict) : Continue.Instance;
}
