using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// What a block's function returns: 0 for "ended without a verdict", else counter * 4 + code, 32 bits. The main function
/// does the counting of verdicts, so that a statement that decides is two instructions.
/// </summary>
internal static class ResultCode
{
    internal const int None = 0;

    /// <summary>A part of a block left it early: the block's later parts must not run.</summary>
    internal const int Left = 4;

    internal const int DropCode = 1, AcceptCode = 2, InvalidCode = 3;

    /// <summary>Dropped because bytes are missing; counts nowhere.</summary>
    internal const int Invalid = InvalidCode;

    /// <summary>Counters have 29 bits; counter 0 is not given to a statement, so that no verdict equals <see cref="Left"/>.</summary>
    internal static int Of(Verdict verdict, int counter) => (counter << 2) | (verdict == Verdict.Drop ? DropCode : AcceptCode);
}
