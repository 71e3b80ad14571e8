using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;

namespace MiniFirewall.Compiler.Findings;

/// <summary>
/// A slot of the map <see cref="WellKnownMaps.Findings"/>: what the kernel's matches and targets have found of a packet, for the rules' program behind the chains that ask
/// them on the same hook. Whose it is and since when is as in <see cref="ChangeSlot"/>.
/// </summary>
public static class FindingSlot
{
    public const int Size = 80;

    /// <summary>u32 each: the number of what has been asked, its lowest bit set where a match holds, or a target has computed a mark; 0 where there are no more.</summary>
    internal const int Asked = 16;

    /// <summary>u32 each: the mark, where it is one that is asked for.</summary>
    internal const int Marks = 48;

    /// <summary>How much different may be asked about a packet.</summary>
    public const int MostAsked = 8;

    internal static int AskedAt(int index) => Asked + (index * sizeof(uint));

    internal static int MarkAt(int index) => Marks + (index * sizeof(uint));

    /// <summary>Goes through what has been asked, each number in R1.</summary>
    internal static void EmitEach(Assembler code, Register slot, Action<int> emit)
    {
        for (int i = 0; i < MostAsked; i++)
        {
            code.Load(MemorySize.Word, Register.R1, slot, AskedAt(i));
            emit(i);
        }
    }

    /// <summary>Does something where a number stands, and falls through otherwise, and behind it.</summary>
    /// <param name="emitHere">With the number in R1.</param>
    internal static void EmitWhere(Assembler code, Register slot, uint number, Action<int> emitHere)
    {
        Label end = code.DefineLabel("looked through");
        EmitEach(code, slot, i =>
        {
            Label next = code.DefineLabel("next number");
            code.Jump(JumpCondition.NotEqual, Register.R1, (int)number, next, OperandWidth.Bits32);
            emitHere(i);
            code.Jump(end);
            code.Mark(next);
        });
        code.Mark(end);
    }
}
