using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for a label of a packet's connection, or gives it one (net/netfilter/xt_connlabel.c, connlabel_mt).</summary>
internal static class ConnectionLabelEmitter
{
    private const Register Connection = Register.R9, Bit = Register.R3, Word = Register.R2;

    internal static void Emit(ConnectionLabelIs question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label begins = code.DefineLabel("begins");
        function.AnswerWithoutConnection(question);
        if (function.IsTest)
        {
            code.LoadMapValue(Connection, WellKnownMaps.TestInput, TestInputLayout.ConnectionLabels);
            EmitLabel(question, function, Connection, 0);
            return;
        }

        function.LoadConnection(Connection, begins, ConnectionEntry.LineOf(ConnectionEntry.Labels));
        EmitLabel(question, function, Connection, ConnectionEntry.InLine(ConnectionEntry.Labels));
        code.Jump(function.No);
        code.Mark(begins);
        EmitLabel(question, function, QuestionFunction.Key, PacketKey.ConnectionLabels);
    }

    /// <summary>Two processors that give one connection labels at the same moment may lose one.</summary>
    private static void EmitLabel(ConnectionLabelIs question, QuestionFunction function, Register labels, int at)
    {
        Assembler code = function.Code;
        code.Move(Register.R1, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Register.R1, 6);
        code.Alu(AluOperation.And, Register.R1, 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 3);
        code.Alu(AluOperation.Add, labels, Register.R1);
        code.Move(Register.R1, QuestionFunction.Argument);
        code.Alu(AluOperation.And, Register.R1, 63);
        code.Move(Bit, 1);
        code.Alu(AluOperation.ShiftLeft, Bit, Register.R1);
        code.Load(MemorySize.DoubleWord, Word, labels, at);
        code.Move(Register.R1, Word);
        code.Alu(AluOperation.And, Register.R1, Bit);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
        if (!question.Sets)
        {
            return;
        }

        if (!function.IsTest)
        {
            code.Alu(AluOperation.Or, Word, Bit);
            code.Store(MemorySize.DoubleWord, labels, at, Word);
        }

        code.Jump(function.Yes);
    }
}
