using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>Whether the program that a packet has to match once an entry is found for it says what the statement's late steps say.</summary>
internal sealed class LateCheck(ImageBytes image, Workbench bench)
{
    /// <summary>What differs; null where nothing does.</summary>
    internal string? ErrorOf(in Entry entry, Statement statement)
    {
        int program = entry.HasRecord ? Record.Read(image, entry.Record).Late : 0;
        if (statement.Late.IsEmpty)
        {
            return program == 0 ? null : "it has late steps, and the statement none";
        }

        if (program == 0)
        {
            return "the statement has late steps, and it none";
        }

        if (bench.Ops.ErrorOf(program) is { } error)
        {
            return error;
        }

        return bench.Ops.AskedOf(program) == PartSet.None && IsSame(program, entry, statement) ? null : "its late steps are not the statement's";
    }

    private bool IsSame(int program, in Entry entry, Statement statement)
    {
        bench.Tidy();
        try
        {
            return bench.Ops.Of(program, entry.Box, PartSet.None) == bench.Statements.Of(statement.Late, StepNames.None);
        }
        catch (TooComplexException)
        {
            return false;
        }
    }
}
