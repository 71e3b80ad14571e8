using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for the mark of a packet's connection (net/netfilter/xt_connmark.c, connmark_mt).</summary>
internal static class ConnectionMarkEmitter
{
    private const Register Connection = Register.R9;

    internal static void Emit(ConnectionMarkIs question, QuestionFunction function)
    {
        Assembler code = function.Code;
        function.AnswerWithoutConnection(question);
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Word, Register.R1, TestInputLayout.ConnectionMark);
        }
        else
        {
            EmitMark(function);
        }

        code.Alu(AluOperation.And, Register.R1, QuestionFunction.Argument, OperandWidth.Bits32);
        code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, 32);
        code.Jump(JumpCondition.Equal, Register.R1, QuestionFunction.Argument, function.Yes);
    }

    private static void EmitMark(QuestionFunction function)
    {
        Assembler code = function.Code;
        Label begins = code.DefineLabel("begins"), known = code.DefineLabel("mark known");
        function.LoadConnection(Connection, begins);
        code.Load(MemorySize.Word, Register.R1, Connection, ConnectionEntry.Mark);
        code.Jump(known);
        code.Mark(begins);
        code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.ConnectionMark);
        code.Mark(known);
    }
}
