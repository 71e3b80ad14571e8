using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about what has happened to a packet's connection (net/netfilter/xt_conntrack.c, conntrack_mt).</summary>
internal static class ConnectionStateEmitter
{
    private const Register Connection = Register.R9;

    /// <summary>Where translations stand in the argument.</summary>
    private const int TranslationShift = 8;

    internal static void Emit(ConnectionStateIn _, QuestionFunction function)
    {
        Assembler code = function.Code;
        code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ConnectionState);
        code.Move(Register.R2, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, 1);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, function.Yes);
        code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ConnectionDirection);
        code.Jump(JumpCondition.Equal, Register.R1, (int)ConnectionDirection.None, function.No);
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Byte, Register.R1, TestInputLayout.ConnectionStatus);
        }
        else
        {
            function.LoadKernelConnection(Connection, function.No);
            function.LoadNumber(Register.R1, Connection, "nf_conn", "status");
        }

        code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, TranslationShift);
        code.Alu(AluOperation.And, Register.R1, QuestionFunction.Argument);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
    }

    /// <summary>Nothing has happened to a connection that this packet begins.</summary>
    internal static void Emit(ConnectionStatusIn question, QuestionFunction function)
    {
        const int Same = ConnectionEntry.SeenReply | ConnectionEntry.Assured;
        Assembler code = function.Code;
        function.AnswerWithoutConnection(question);
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Byte, Register.R1, TestInputLayout.ConnectionStatus);
        }
        else
        {
            if (question.Statuses != ConnectionStatus.None)
            {
                EmitExpected(function);
            }

            function.LoadConnection(Connection, function.No);
            code.Load(MemorySize.Word, Register.R1, Connection, ConnectionEntry.Flags);
            code.Alu(AluOperation.And, Register.R1, Same);
            code.Alu(AluOperation.Or, Register.R1, (int)ConnectionStatus.Confirmed);
        }

        code.Alu(AluOperation.And, Register.R1, QuestionFunction.Argument);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
    }

    /// <summary>To the answer yes where a helper of the kernel's has announced the connection.</summary>
    private static void EmitExpected(QuestionFunction function)
    {
        Label own = function.Code.DefineLabel("not announced");
        function.LoadKernelConnection(Connection, own);
        function.LoadNumber(Register.R1, Connection, "nf_conn", "status");
        function.Code.Alu(AluOperation.And, Register.R1, (int)ConnectionStatus.Expected);
        function.Code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
        function.Code.Mark(own);
    }
}
