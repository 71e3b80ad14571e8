using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Structure;

namespace MiniFirewall.Verification.Meaning;

/// <summary>A chain's statements, and the program whose blocks their outcomes name.</summary>
internal sealed record ChainStatements(string Name, ImmutableArray<Statement> Statements, PacketProgram Program)
{
    /// <summary>Each chain once; a finding where two programs have different statements for one.</summary>
    internal static Dictionary<string, ChainStatements> Of(ImmutableArray<PacketProgram> programs, Findings findings)
    {
        var chains = new Dictionary<string, ChainStatements>();
        foreach (PacketProgram program in programs)
        {
            foreach (Block block in program.Blocks)
            {
                var chain = new ChainStatements(block.Name, block.Statements, program);
                if (chains.TryGetValue(block.Name, out ChainStatements? known))
                {
                    CheckSame(known, chain, findings);
                }
                else
                {
                    chains.Add(block.Name, chain);
                }
            }
        }

        return chains;
    }

    /// <summary>The chain that an outcome leads to; null where it leads to none.</summary>
    internal string? Target(Outcome outcome) => outcome switch
    {
        Call call => Program.Blocks[call.Block].Name,
        TailTo tail => Program.Blocks[tail.Block].Name,
        _ => null,
    };

    private static void CheckSame(ChainStatements one, ChainStatements other, Findings findings)
    {
        if (one.Statements == other.Statements)
        {
            return;
        }

        if (one.Statements.Length != other.Statements.Length)
        {
            findings.Add(one.Name, Origin.None, "two hooks have different statements for it", "");
            return;
        }

        for (int i = 0; i < one.Statements.Length; i++)
        {
            if (!Same(one, one.Statements[i], other, other.Statements[i]))
            {
                findings.Add(one.Name, other.Statements[i].Origin, "it differs from the chain's statement for another hook", "");
            }
        }
    }

    private static bool Same(ChainStatements one, Statement a, ChainStatements other, Statement b) => ReferenceEquals(a, b)
        || (a.Counter == b.Counter && a.Emits == b.Emits && a.Outcome.GetType() == b.Outcome.GetType()
            && (a.Outcome is not Decide || a.Outcome == b.Outcome) && one.Target(a.Outcome) == other.Target(b.Outcome)
            && StepEquality.Same(a.Steps, b.Steps));
}
