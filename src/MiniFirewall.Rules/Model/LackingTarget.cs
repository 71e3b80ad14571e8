using MiniFirewall.Policy;

namespace MiniFirewall.Rules.Model;

/// <summary>A target that is read, checked and printed, and that nothing can run: it says what it would need.</summary>
public abstract record LackingTarget : Target
{
    public abstract override string Lack { get; }

    public override Outcome Lower(Func<string, int> blockOf) => throw new NotSupportedException(Lack);
}
