using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Asks for the mark of a packet's connection, and changes it (net/netfilter/xt_connmark.c). Where rules have not given it one, it has that of the kernel's own tracking, to which
/// rules of other tables give marks.
/// </summary>
internal static class ConnectionMarkEmitter
{
    private const Register Connection = Register.R9;

    private const int MarkBefore = QuestionFunction.StackTop - 8;

    internal static void Emit(ConnectionMarkIs question, QuestionFunction function)
    {
        Assembler code = function.Code;
        function.AnswerWithoutConnection(question);
        EmitMark(function);
        code.Alu(AluOperation.And, Register.R1, QuestionFunction.Argument, OperandWidth.Bits32);
        code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        code.Jump(JumpCondition.Equal, Register.R1, QuestionFunction.Argument, function.Yes);
    }

    /// <summary>R1 = the mark of the packet's connection, which it has. Loses R0 to R5 and R9.</summary>
    internal static void EmitMark(QuestionFunction function)
    {
        Assembler code = function.Code;
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Word, Register.R1, TestInputLayout.ConnectionMark);
            return;
        }

        Label begins = code.DefineLabel("begins"), known = code.DefineLabel("mark known");
        function.LoadConnection(Connection, begins, ConnectionEntry.LineOf(ConnectionEntry.Mark));
        code.Load(MemorySize.Word, Register.R1, Connection, ConnectionEntry.InLine(ConnectionEntry.Mark));
        code.Jump(known);
        code.Mark(begins);
        code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.ConnectionMark);
        code.Mark(known);
        if (function.HasKernelMarks)
        {
            EmitKernelMark(function);
        }
    }

    /// <summary>R1 = the kernel's mark of the connection where R1 is 0.</summary>
    private static void EmitKernelMark(QuestionFunction function)
    {
        Assembler code = function.Code;
        Label none = code.DefineLabel("none of the kernel's"), known = code.DefineLabel("either mark");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, known);
        function.LoadKernelConnection(Connection, none);
        function.LoadNumber(Register.R1, Connection, "nf_conn", "mark");
        code.Jump(known);
        code.Mark(none);
        code.Move(Register.R1, 0);
        code.Mark(known);
    }

    /// <summary>connmark_tg, of a connection that is remembered or of one that this packet begins.</summary>
    internal static void Emit(ConnectionMarkSet question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label begins = code.DefineLabel("begins");
        if (function.IsTest)
        {
            code.Jump(function.Yes);
            return;
        }

        code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ConnectionDirection);
        code.Jump(JumpCondition.Equal, Register.R1, (int)ConnectionDirection.None, function.Yes);
        EmitMark(function);
        code.Store(MemorySize.Word, Register.R10, MarkBefore, Register.R1);
        function.LoadConnection(Connection, begins, ConnectionEntry.LineOf(ConnectionEntry.Mark));
        EmitChange(question, function, new Slot(Connection, ConnectionEntry.InLine(ConnectionEntry.Mark), MemorySize.Word));
        code.Mark(begins);
        EmitChange(question, function, new Slot(QuestionFunction.Key, PacketKey.ConnectionMark, MemorySize.Word));
    }

    private static void EmitChange(ConnectionMarkSet question, QuestionFunction function, Slot mark)
    {
        const Register Mark = Register.R1, Put = Register.R2, Cleared = Register.R3;
        Assembler code = function.Code;
        code.Load(MemorySize.Word, Mark, Register.R10, MarkBefore);
        code.Alu(AluOperation.Move, Put, QuestionFunction.Argument, OperandWidth.Bits32);
        if (question.FromPacket)
        {
            code.Load(MemorySize.Word, Register.R4, QuestionFunction.Key, PacketKey.Mark);
            code.Alu(AluOperation.And, Put, Register.R4);
            EmitShift(code, Put, question.Shift);
        }

        code.Move(Cleared, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Cleared, 32);
        code.Alu(AluOperation.Xor, Cleared, -1);
        code.Alu(AluOperation.And, Mark, Cleared);
        code.Alu(AluOperation.Xor, Mark, Put);
        if (!question.FromPacket)
        {
            EmitShift(code, Mark, question.Shift);
        }

        code.Store(mark.Size, mark.Base, mark.Offset, Mark);
        code.Jump(function.Yes);
    }

    internal static void EmitShift(Assembler code, Register number, int shift)
    {
        if (shift != 0)
        {
            code.Alu(shift < 0 ? AluOperation.ShiftRight : AluOperation.ShiftLeft, number, Math.Abs(shift), OperandWidth.Bits32);
        }
    }
}
