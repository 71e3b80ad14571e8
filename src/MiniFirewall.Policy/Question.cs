using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy;

/// <summary>
/// A yes-or-no question about a packet that no <see cref="Field"/> answers: it is asked when a statement comes to it, and not
/// before, so it may cost something and may remember. Questions are equal where they ask the same. What a question means is
/// <see cref="Ask"/>; the compiler has an emitter for each kind. Its text (ToString) says all that it asks: a question with an
/// array writes the elements.
/// </summary>
public abstract record Question
{
    /// <summary>The fields that its code expects in the packet key.</summary>
    public virtual ImmutableArray<Field> Reads => [];

    /// <summary>
    /// What its code depends on: questions whose codes are equal share one function, which is given the <see cref="Argument"/>.
    /// By default the question as it is.
    /// </summary>
    public virtual Question Code => this;

    /// <summary>What the shared function is told of this question.</summary>
    public virtual ulong Argument => 0;

    /// <summary>The reference meaning.</summary>
    public abstract bool Ask(Packet packet);

    /// <summary>Of what is declared here nothing makes a difference.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}

/// <summary>
/// The question's answer is yes, negated where asked. It stands alone in a <see cref="Require"/> or a <see cref="DropWhen"/>,
/// not inside another condition.
/// </summary>
public sealed record QuestionTest(Question Question, bool Negated = false) : Condition;
