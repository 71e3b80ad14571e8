using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>The diagrams of one verification and all that makes them.</summary>
internal sealed class Workbench
{
    /// <summary>Beyond so many nodes it is cheaper to begin anew.</summary>
    private const int Enough = 1 << 20;

    internal Workbench(ImageBytes image)
    {
        Family family = image.IsV6 ? Family.IPv6 : Family.IPv4;
        var questions = new QuestionVariables();
        Conditions = new(Diagrams, questions, family);
        Boxes = new(Diagrams, Conditions.Fields, image.IsV6);
        Ops = new(image, Diagrams, Boxes, questions);
        Statements = new(Diagrams, Conditions);
        Words = new(Diagrams);
    }

    internal Diagrams Diagrams { get; } = new();

    internal ConditionDiagrams Conditions { get; }

    internal BoxDiagrams Boxes { get; }

    internal OpDiagrams Ops { get; }

    internal StatementDiagrams Statements { get; }

    internal WordDiagrams Words { get; }

    /// <summary>How often all diagrams have been forgotten: whoever keeps some must forget them too.</summary>
    internal int Generation { get; private set; }

    /// <summary>The keys that a prologue makes: where the chain of headers is broken, the protocol reads 0.</summary>
    internal int PossibleKeys()
    {
        int isWhole = Conditions.Of(FieldTest.Equal(Field.ChainBroken, 0));
        return Diagrams.Or(isWhole, Conditions.Of(FieldTest.Equal(Field.Protocol, 0)));
    }

    /// <summary>Call where no diagram is in use.</summary>
    internal void Tidy()
    {
        if (Diagrams.NodeCount > Enough)
        {
            Generation++;
            Diagrams.Clear();
            Ops.Forget();
        }
    }
}
