using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Questions;

/// <summary>What one stateful question of one statement has in the map "state", little-endian: its memory, then its constants.</summary>
internal static class StateCell
{
    internal const int Size = 32;
    internal const int Memory = 0, First = 8, Second = 16;

    /// <summary>
    /// How often another processor may be faster before the answer is no. Each time another packet has been answered, so this
    /// many at once ask one rule.
    /// </summary>
    private const int MostTries = 64;

    private const int Key = QuestionFunction.StackTop - 8;
    private const Register Cell = Register.R9, Tries = Register.R6, Before = Register.R3;

    internal static byte[] Encode(StatefulQuestion question, int hertz)
    {
        var cell = new byte[Size];
        (ulong first, ulong second) = question.Constants(hertz);
        BinaryPrimitives.WriteUInt64LittleEndian(cell.AsSpan(Memory), question.Start);
        BinaryPrimitives.WriteUInt64LittleEndian(cell.AsSpan(First), first);
        BinaryPrimitives.WriteUInt64LittleEndian(cell.AsSpan(Second), second);
        return cell;
    }

    /// <summary>R9 = the cell that the argument names. Loses R0 to R5.</summary>
    internal static void EmitFind(QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Store(MemorySize.Word, Register.R10, Key, QuestionFunction.Argument);
        code.LoadMap(Register.R1, WellKnownMaps.State);
        function.EmitStackAddress(Register.R2, Key);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, function.No);
        code.Move(Cell, Register.R0);
    }

    internal static void EmitLoad(Assembler code, Register result, int at) => code.Load(MemorySize.DoubleWord, result, Cell, at);

    /// <summary>
    /// Changes the memory at once, or tries again. <paramref name="emitChange"/> is given what is remembered in R0, leaves what is
    /// to be remembered in R1, and keeps R0, R3, R6, R7 and R9. Loses R6, the packet key.
    /// </summary>
    internal static void EmitChange(QuestionFunction function, Action emitChange)
    {
        Assembler code = function.Code;
        Label again = code.DefineLabel("again"), done = code.DefineLabel("done");
        code.Move(Tries, 0);
        code.Mark(again);
        EmitLoad(code, Register.R0, Memory);
        code.Move(Before, Register.R0);
        emitChange();
        code.AtomicCompareExchange(MemorySize.DoubleWord, Cell, Memory, Register.R1);
        code.Jump(JumpCondition.Equal, Register.R0, Before, done);
        code.Alu(AluOperation.Add, Tries, 1);
        code.Jump(JumpCondition.Less, Tries, MostTries, again);
        code.Jump(function.No);
        code.Mark(done);
    }
}
